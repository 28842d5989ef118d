import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { writeAtomically } from '../../../lib/disk/write-atomically.ts'
import { messageOf } from '../../../lib/errors.ts'
import type { Logger } from '../../../lib/logger.ts'
import type { Interval } from './interval.ts'

/** What the file says. */
export interface Heartbeat {
  /** The id of the ingress. It belongs to the folder of the spool. */
  ingress: string
  /** When the process was alive last, in milliseconds since 1970; null before the first process. */
  at: number | null
  /** The intervals that are not in the spool yet. */
  owed: readonly Interval[]
}

/** The name of the file in the folder of the spool. */
export const heartbeatName = 'heartbeat.json'

const time = z.int().min(0)
const times = { id: z.string(), from: time, to: time }
const shape = z.object({
  ingress: z.uuid(),
  at: time,
  owed: z.array(
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('down'), ...times }),
      z.object({ kind: z.literal('refusing'), ...times, refused: z.int() }),
    ]),
  ),
})

/** Reads the file. An ingress without a file, or with one that cannot be read, gets a new id. */
export const readHeartbeat = async (path: string, logger: Logger): Promise<Heartbeat> => {
  try {
    return shape.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ENOENT')
      logger.warn('the heartbeat of the ingress cannot be read, so nobody knows how long it was down', {
        path,
        error: messageOf(error),
      })
    return { ingress: randomUUID(), at: null, owed: [] }
  }
}

export const writeHeartbeat = (path: string, heartbeat: Heartbeat): Promise<void> =>
  writeAtomically(path, `${JSON.stringify(heartbeat)}\n`)
