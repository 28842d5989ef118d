import type { Pool } from '../../../lib/database.ts'
import { messageOf, UsageError } from '../../../lib/errors.ts'
import type { SignedCheckpoint } from '../anchors/anchor.ts'
import { readHead } from '../store/read-head.ts'
import { rootOf } from '../tree/compact-range.ts'
import { doesExtend } from './does-extend.ts'

/** What was dropped: how many rows, and the leaf that says so. */
export interface DroppedMonth {
  dropped: number
  leaf: number
}

/**
 * Drops all rows of a month that has ended. Their leaves stay in the tree.
 *
 * @param pool with the role that owns the tables
 * @param month `YYYY-MM`, in UTC
 * @param anchor a checkpoint from outside of the database, whose signature was checked
 * @throws UsageError if the checkpoint does not cover the month or is not of this log, if the month has not
 * ended, or under a legal hold
 */
export const dropMonth = async (
  pool: Pool,
  month: string,
  anchor: SignedCheckpoint,
): Promise<DroppedMonth> => {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(month))
    throw new UsageError(`"${month}" is no month: write it as 2026-01.`)
  const { origin, range } = await readHead(pool)
  const head = { size: range.size, root: rootOf(range) }
  if (anchor.origin !== origin || !(await doesExtend(pool, anchor, head)))
    throw new UsageError(
      'Nothing was dropped: the log does not extend the checkpoint. Run `bridge audit verify`.',
    )
  const anchored = JSON.stringify({ size: anchor.size, root: anchor.root.toString('base64') })
  const { rows } = await pool
    .query<{ dropped: string; leaf: string }>('select dropped, leaf from audit_log.drop_month($1, $2)', [
      `${month}-01`,
      anchored,
    ])
    .catch((error: unknown) => {
      if ((error as { code?: unknown }).code !== '55000') throw error
      throw new UsageError(`Nothing was dropped: ${messageOf(error)}.`, { cause: error })
    })
  return { dropped: Number(rows[0]?.dropped), leaf: Number(rows[0]?.leaf) }
}
