import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { classify } from '../../ingress/classify.ts'
import { ingressVariables, spoolFolderOf } from '../../ingress/config.ts'
import { parseFrames, type Stretch } from '../../ingress/spool/frame.ts'
import { type Environment, readVariables } from '../../lib/config.ts'

const { BRIDGE_DATA_DIR, INGRESS_SPOOL_DIR } = ingressVariables.shape
const variables = z.object({ BRIDGE_DATA_DIR, INGRESS_SPOOL_DIR })

export interface SpoolRow {
  /** File and offset. */
  place: string
  /** `drained` is still on disk because its segment is. */
  state: 'waiting' | 'drained' | 'torn' | 'corrupt' | 'set aside'
  bytes: number
  id?: string
  source?: string
  received_at?: string
  event?: string | null
}

/** Reads the files alone, as they are; nothing is changed. */
export async function* inspectSpool(env: Environment): AsyncGenerator<SpoolRow> {
  const folder = spoolFolderOf(readVariables(variables, env))
  const drained = await readFile(join(folder, 'drained.json'), 'utf8')
    .then((text) => JSON.parse(text) as { segment: string; at: number })
    .catch(() => ({ segment: '', at: 0 }))
  for (const file of await filesOf(folder, '.spool')) {
    const segment = file.replace('.spool', '')
    for (const stretch of parseFrames(await readFile(join(folder, file)), 0, true).stretches) {
      const isDrained = segment < drained.segment || (segment === drained.segment && stretch.end <= drained.at)
      yield rowOf(`${file}@${stretch.start}`, stretch, isDrained ? 'drained' : 'waiting')
    }
  }
  const aside = join(folder, 'set-aside')
  for (const file of await filesOf(aside, '.bin')) {
    for (const stretch of parseFrames(await readFile(join(aside, file)), 0, true).stretches)
      yield rowOf(`set-aside/${file}`, stretch, 'set aside')
  }
}

const filesOf = async (folder: string, suffix: string): Promise<string[]> =>
  (await readdir(folder).catch(() => [])).filter((file) => file.endsWith(suffix)).sort()

const rowOf = (place: string, stretch: Stretch, state: SpoolRow['state']): SpoolRow => {
  const bytes = stretch.end - stretch.start
  if (stretch.kind !== 'hook') return { place, state: state === 'set aside' ? state : stretch.kind, bytes }
  const { id, source, receivedAt } = stretch.hook
  return { place, state, bytes, id, source, received_at: new Date(receivedAt).toISOString(), event: classify(stretch.hook).name }
}
