import type { Pool } from '../../../lib/database.ts'
import { copyRows } from '../verify/copy-rows.ts'
import { leafQuery } from '../verify/leaf-query.ts'
import { type ExportedLeaf, exportLeaf } from './exported-leaf.ts'

/** How many leaves one query reads. */
const portion = 16_384

/** Reads the leaves from `start` on and before `end`, in the order of the tree, many at a time. */
export async function* readLeaves(pool: Pool, start: number, end: number): AsyncGenerator<ExportedLeaf[]> {
  const client = await pool.connect()
  let isIdle = false
  try {
    for (let from = start; from < end; from += portion)
      for await (const tuples of copyRows(client, leafQuery(from, Math.min(end, from + portion))))
        yield tuples.map(exportLeaf).filter((leaf) => leaf !== undefined)
    isIdle = true
  } finally {
    // A copy that was not read to its end occupies the connection, so the connection is closed.
    client.release(!isIdle)
  }
}
