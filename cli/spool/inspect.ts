import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { ingressVariables, spoolFolderOf } from '../../ingress/config.ts'
import { classify } from '../../ingress/record/classify.ts'
import { parseFrames, type Stretch } from '../../ingress/spool/frame.ts'
import { noteName, segmentSuffix } from '../../ingress/spool/spool-folder.ts'
import { asideName } from '../../ingress/spool/spool-folders.ts'
import { type Environment, readVariables } from '../../lib/config.ts'
import { filesOf, noSpool } from './spool-files.ts'

const { BRIDGE_DATA_DIR, INGRESS_SPOOL_DIR } = ingressVariables.shape
const variables = z.object({ BRIDGE_DATA_DIR, INGRESS_SPOOL_DIR })

export interface SpoolRow {
  /** File and offset. A file whose name starts with `<topic>@` holds hooks that wait only for this topic. */
  place: string
  /**
   * `drained`: the hook has been published, but its segment is still on disk. `unreadable`: the disk does
   * not return the file.
   */
  state: 'waiting' | 'drained' | 'torn' | 'corrupt' | 'unreadable' | 'set aside'
  bytes: number
  id?: string
  source?: string
  received_at?: string
  event?: string | null
}

/** One row as a line of text. */
export const rowText = ({ place, state, id, source, received_at, event, bytes }: SpoolRow): string =>
  [
    received_at ?? '-',
    `${state.padEnd(9)} ${event ?? '-'}`,
    source ?? '-',
    id ?? '-',
    `${bytes} bytes`,
    place,
  ].join('  ')

/**
 * Lists everything in the folder of the spool, as it is on disk. Nothing is changed.
 *
 * @throws UsageError if a folder is missing or cannot be read, so that it is not mistaken for an empty spool
 */
export async function* inspectSpool(env: Environment): AsyncGenerator<SpoolRow> {
  const folder = spoolFolderOf(readVariables(variables, env))
  const files = await filesOf(folder)
  if (files === undefined) throw noSpool(folder)
  for (const file of files.filter((name) => name.endsWith(segmentSuffix))) {
    const prefix = file.slice(0, file.indexOf('@') + 1)
    const segment = file.slice(prefix.length, -segmentSuffix.length)
    const drained = await readPosition(join(folder, prefix + noteName))
    const isDrained = ({ end }: Stretch) =>
      segment < drained.segment || (segment === drained.segment && end <= drained.at)
    yield* rowsOf(folder, file, (stretch) => (isDrained(stretch) ? 'drained' : 'waiting'))
  }
  for (const file of (await filesOf(join(folder, asideName))) ?? [])
    yield* rowsOf(folder, join(asideName, file), () => 'set aside')
}

/** The position up to which the spool is drained. Without a note nothing is drained. */
const readPosition = async (path: string): Promise<{ segment: string; at: number }> => {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as { segment: string; at: number }
  } catch {
    return { segment: '', at: 0 }
  }
}

async function* rowsOf(
  folder: string,
  file: string,
  stateOf: (stretch: Stretch) => SpoolRow['state'],
): AsyncGenerator<SpoolRow> {
  const path = join(folder, file)
  const content = await readFile(path).catch((error: NodeJS.ErrnoException) => error)
  if (Buffer.isBuffer(content)) {
    for (const stretch of parseFrames(content, 0, true).stretches)
      yield rowOf(`${file}@${stretch.start}`, stretch, stateOf(stretch))
    return
  }
  // The ingress deletes a segment once all of its hooks have been published.
  if (content.code === 'ENOENT') return
  yield { place: file, state: 'unreadable', bytes: (await stat(path)).size }
}

const rowOf = (place: string, stretch: Stretch, state: SpoolRow['state']): SpoolRow => {
  const bytes = stretch.end - stretch.start
  if (stretch.kind !== 'hook') return { place, state: state === 'set aside' ? state : stretch.kind, bytes }
  const { id, source, receivedAt } = stretch.hook
  return {
    place,
    state,
    bytes,
    id,
    source,
    received_at: new Date(receivedAt).toISOString(),
    event: classify(stretch.hook).name,
  }
}
