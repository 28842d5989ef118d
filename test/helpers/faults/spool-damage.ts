import assert from 'node:assert/strict'
import { parseFrames } from '../../../ingress/spool/parse-frames.ts'
import type { SeededRandom } from './seeded-random.ts'
import type { SpoolFiles } from './spool-files.ts'

/** Where a hook is in the files. */
interface HookPlace {
  id: string
  file: string
  start: number
  end: number
}

/** Damages the files. @returns the ids of the hooks that lie in the damaged bytes */
export type Damage = (files: SpoolFiles, random: SeededRandom) => readonly string[]

const segmentsOf = (files: SpoolFiles) => [...files.keys()].filter((name) => name.endsWith('.spool')).sort()

/** Where the hooks are in sound files. */
export const placesIn = (files: SpoolFiles): HookPlace[] =>
  segmentsOf(files).flatMap((file) =>
    parseFrames(contentOf(files, file), 0, true).stretches.flatMap((stretch) =>
      stretch.kind === 'hook' ? [{ id: stretch.hook.id, file, start: stretch.start, end: stretch.end }] : [],
    ),
  )

const contentOf = (files: SpoolFiles, file: string): Buffer => {
  const content = files.get(file)
  assert.ok(content, file)
  return content
}

/** A damage of bytes of one segment. @param change gives the new content, and which bytes it damages */
const ofBytes =
  (
    change: (content: Buffer, from: number, to: number, random: SeededRandom) => [Buffer, number, number],
  ): Damage =>
  (files, random) => {
    const file = random.pick(segmentsOf(files))
    const content = contentOf(files, file)
    const from = random.below(content.length)
    const to = from + 1 + random.below(Math.min(content.length - from, random.pick([1, 40, 4000])))
    const places = placesIn(files).filter((place) => place.file === file)
    const [changed, start, end] = change(content, from, to, random)
    files.set(file, changed)
    return places.filter((place) => place.start < end && place.end > start).map(({ id }) => id)
  }

const replaced = (content: Buffer, from: number, to: number, bytes: Buffer): Buffer =>
  Buffer.concat([content.subarray(0, from), bytes, content.subarray(to)])

/** A damage of one of the small files, which costs no hook. */
const ofNote =
  (suffix: string, change: (text: Buffer, random: SeededRandom) => Buffer): Damage =>
  (files, random) => {
    const file = random.pick([...files.keys()].filter((name) => name.endsWith(suffix)))
    files.set(file, change(contentOf(files, file), random))
    return []
  }

const flipped = (content: Buffer, random: SeededRandom): Buffer => {
  const at = random.below(content.length)
  return replaced(content, at, at + 1, Buffer.from([(content[at] ?? 0) ^ (1 << random.below(8))]))
}
const cut = (content: Buffer, random: SeededRandom): Buffer =>
  content.subarray(0, random.below(content.length))

const inSegment = (files: SpoolFiles, file: string) =>
  placesIn(files)
    .filter((place) => place.file === file)
    .map(({ id }) => id)

export const damages: Record<string, Damage> = {
  'a cut segment': ofBytes((content, from) => [content.subarray(0, from), from, content.length]),
  'a segment without its last byte': ofBytes((content) => [
    content.subarray(0, -1),
    content.length - 1,
    content.length,
  ]),
  'a part that is missing inside': ofBytes((content, from, to) => [
    replaced(content, from, to, Buffer.alloc(0)),
    from,
    to,
  ]),
  'a flipped bit': ofBytes((content, from, _to, random) => {
    const changed = Buffer.from([(content[from] ?? 0) ^ (1 << random.below(8))])
    return [replaced(content, from, from + 1, changed), from, from + 1]
  }),
  'a part that is overwritten': ofBytes((content, from, to, random) => {
    const source = random.below(content.length)
    const bytes = random.pick([
      random.bytes(to - from),
      Buffer.alloc(to - from),
      content.subarray(source, source + to - from),
    ])
    return [replaced(content, from, from + bytes.length, bytes), from, from + bytes.length]
  }),
  'a part that is inserted': ofBytes((content, from, _to, random) => [
    replaced(content, from, from, random.bytes(1 + random.below(300))),
    from,
    from,
  ]),
  'a deleted segment': (files, random) => {
    const file = random.pick(segmentsOf(files))
    const lost = inSegment(files, file)
    files.delete(file)
    return lost
  },
  'a segment in the place of another': (files, random) => {
    const [file, other] = [random.pick(segmentsOf(files)), random.pick(segmentsOf(files))]
    const lost = file === other ? [] : inSegment(files, file)
    files.set(file, contentOf(files, other))
    return lost
  },
  'two segments that changed places': (files, random) => {
    const [file, other] = [random.pick(segmentsOf(files)), random.pick(segmentsOf(files))]
    const content = contentOf(files, file)
    files.set(file, contentOf(files, other))
    files.set(other, content)
    return []
  },
  'a cut note': ofNote('drained.json', cut),
  'a flipped bit in the note': ofNote('drained.json', flipped),
  'a note that names another place': ofNote('drained.json', (content, random) =>
    Buffer.from(content.toString().replace(/"at":\d+/, `"at":${random.below(5000)}`)),
  ),
  'a note that names another segment': ofNote('drained.json', (content, random) =>
    Buffer.from(content.toString().replace(/\d{12}/, String(random.below(9)).padStart(12, '0'))),
  ),
  'a note without a checksum': ofNote('drained.json', (_content, random) =>
    Buffer.from(JSON.stringify({ segment: '000000000003', at: random.below(5000) })),
  ),
  'a cut length': ofNote('.length', cut),
  'a flipped bit in a length': ofNote('.length', flipped),
  'a deleted length': (files, random) => {
    files.delete(random.pick([...files.keys()].filter((name) => name.endsWith('.length'))))
    return []
  },
}
