import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { writeAtomically } from '../../lib/disk/write-atomically.ts'
import { messageOf } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'

/** What is known of one topic. */
export interface TopicGrowth {
  /** The id of the topic. A topic that was deleted and created again has another one. */
  id: string
  /** The sum of the ends of its partitions when counting began. */
  base: number
  /** The records that the brokers have acknowledged to the ingress since then. */
  acknowledged: number
}

/** The name of the file in the folder of the spool. */
export const growthFileName = 'acknowledged.json'

const number = z.int().min(0)
const shape = z.record(z.string(), z.object({ id: z.string(), base: number, acknowledged: number }))

/** Reads the file. Without one, or if it cannot be read, counting begins anew. */
export const readGrowth = async (path: string, logger: Logger): Promise<Map<string, TopicGrowth>> => {
  try {
    return new Map(Object.entries(shape.parse(JSON.parse(await readFile(path, 'utf8')))))
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ENOENT')
      logger.warn('the count of acknowledged records cannot be read: it begins anew', {
        path,
        error: messageOf(error),
      })
    return new Map()
  }
}

export const writeGrowth = (path: string, topics: ReadonlyMap<string, TopicGrowth>): Promise<void> =>
  writeAtomically(path, `${JSON.stringify(Object.fromEntries(topics))}\n`)
