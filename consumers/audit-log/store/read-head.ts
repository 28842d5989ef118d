import { type Connection, type Pool, query } from '../../../lib/database.ts'
import type { CompactRange } from '../tree/compact-range.ts'

/** The tree as the database has it. Nothing proves yet that it is the tree of an earlier checkpoint. */
export interface StoredHead {
  /** The name of the log. */
  origin: string
  range: CompactRange
}

/** Reads the newest state of the tree. @throws RetriableError while the database does not answer */
export const readHead = async (pool: Pool | Connection): Promise<StoredHead> => {
  const [row] = await query<{ origin: string; size: string; roots: Buffer[] }>(
    pool,
    'select origin, size, roots from audit_log.head',
    [],
  )
  if (row === undefined) throw new Error('the table audit_log.head is empty: restore it from a backup')
  const size = Number(row.size)
  return { origin: row.origin, range: { size, roots: rootsOf(size, row.roots) } }
}

/** The roots of the complete subtrees, the largest first. The database keeps them by their level. */
const rootsOf = (size: number, byLevel: readonly Buffer[]): Buffer[] => {
  const roots: Buffer[] = []
  for (let level = 0, rest = size; rest > 0; level++, rest = Math.floor(rest / 2))
    if (rest % 2 === 1) roots.unshift(byLevel[level] ?? Buffer.alloc(0))
  return roots
}
