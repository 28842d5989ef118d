import assert from 'node:assert/strict'
import type { Hook } from '../../../ingress/hook.ts'
import { openSpool, type Spool } from '../../../ingress/spool/spool.ts'
import { recordingLogger } from '../process/recording-logger.ts'
import type { ForgetfulDisk } from './forgetful-folder.ts'
import { spoolLimits } from './spool-limits.ts'

/** A hook that is recognised by its id. @param bytes size of the body */
export const hookOf = (id: string, bytes = 10): Hook => ({
  id,
  source: 'default',
  receivedAt: 1000,
  headers: {},
  body: Buffer.alloc(bytes, id),
})

/** Opens a spool as a new process on the disk. */
export const openOn = (disk: ForgetfulDisk, { maxBytes = 1e6, segmentBytes = 1e5 } = {}): Promise<Spool> =>
  openSpool(disk.mount(), spoolLimits(maxBytes, segmentBytes), recordingLogger().logger)

export const appendAll = (spool: Spool, ...ids: string[]) =>
  Promise.all(ids.map((id) => spool.append(hookOf(id))))

/** A signal that is never aborted. */
export const never = new AbortController().signal

/** Drains the spool to its end. @returns the ids of its hooks, in order */
export const drainAll = async (spool: Spool): Promise<string[]> => {
  const ids: string[] = []
  while (spool.state.records > 0) {
    const hooks = await spool.peek(never)
    ids.push(...hooks.map(({ id }) => id))
    await spool.advance()
  }
  return ids
}

/** The first segment on the disk; a test may change its bytes. */
export const firstSegment = (disk: ForgetfulDisk): { bytes: Buffer } => {
  const [segment] = disk.segments.values()
  assert.ok(segment)
  return segment
}
