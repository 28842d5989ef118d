import type { Hook } from '../hook.ts'
import { type JudgedStretch, judgeStretches, newAccount } from './find-missing.ts'
import { missingSuffix, readMissing } from './missing-file.ts'
import { parseFrames } from './parse-frames.ts'
import { type Position, readStart } from './position.ts'
import { countLost } from './read-step.ts'
import { readLength, type SegmentLength } from './segment-length.ts'
import type { SpoolFolder } from './spool-folder.ts'

export type { JudgedStretch } from './find-missing.ts'
export { idsInDamage } from './frame.ts'

/** What is found when the files of a spool are read from outside, while the ingress may use them. */
export type Inspected =
  | { kind: 'stretch'; segment: string; stretch: JudgedStretch; isDrained: boolean; content: Buffer }
  /** The note of the position is not valid. */
  | { kind: 'note'; bytes: number }
  /** The disk does not return the segment. */
  | { kind: 'unreadable'; segment: string }

/**
 * Reads all segments of a spool, oldest first, and what is missing in them. Changes nothing.
 *
 * @param readSegment reads a whole segment; undefined if there is no such file
 */
export async function* inspectSegments(
  folder: SpoolFolder,
  readSegment: (segment: string) => Promise<Buffer | undefined>,
): AsyncGenerator<Inspected> {
  const { segments, position, noteFault } = await readStart(folder)
  if (noteFault !== undefined) yield { kind: 'note', bytes: (await folder.readNote())?.length ?? 0 }
  for (const segment of segments) {
    // The ingress may append to the segment at the same time, so the length is read before the content.
    const length = await readLength(folder, segment)
    const content = await readSegment(segment).catch(() => 'unreadable' as const)
    if (content === 'unreadable') {
      yield { kind: 'unreadable', segment }
      continue
    }
    // The ingress deletes a segment once all of its hooks have been published. It deletes the length first.
    if (content === undefined && (await folder.readLength(segment)) === undefined) continue
    const file = { segment, content: content ?? Buffer.alloc(0), length }
    for (const stretch of await stretchesOf(folder, file)) {
      const isDrained = position !== undefined && isBefore(segment, stretch.end, position)
      if (isDrained && stretch.kind === 'missing') continue
      yield { kind: 'stretch', segment, stretch, isDrained, content: file.content }
    }
  }
}

interface SegmentContent {
  segment: string
  content: Buffer
  length: SegmentLength | undefined
}

const stretchesOf = async (
  folder: SpoolFolder,
  { segment, content, length }: SegmentContent,
): Promise<readonly JudgedStretch[]> => {
  const { stretches, account } = judgeStretches(
    parseFrames(content, 0, true, length?.mark).stretches,
    newAccount,
    (start) => length !== undefined && start >= length.bytes,
  )
  const hooks = await countLost({ folder, marks: new Set() }, { segment, account }, length)
  if (hooks === 0) return stretches
  return [...stretches, { kind: 'missing', start: content.length, end: content.length, hooks }]
}

const isBefore = (segment: string, end: number, position: Position): boolean =>
  segment < position.segment || (segment === position.segment && end <= position.at)

/** What a file that was set aside contains. A single hook does not belong to a segment any more. */
export const readSetAside = (name: string, content: Buffer): readonly JudgedStretch[] => {
  const hooks = name.endsWith(missingSuffix) ? readMissing(content) : undefined
  if (hooks !== undefined) return [{ kind: 'missing', start: 0, end: 0, hooks }]
  const { stretches } = judgeStretches(parseFrames(content, 0, true).stretches, newAccount, () => false)
  return stretches.filter(({ kind }) => kind !== 'missing')
}

/** The hook in a file that was set aside; undefined if the file is anything else than one complete hook. */
export const hookSetAside = (content: Buffer): Hook | undefined => {
  const [stretch, ...more] = parseFrames(content, 0, true).stretches
  return stretch?.kind === 'hook' && more.length === 0 ? stretch.hook : undefined
}
