import type { Environment } from '../../../lib/config.ts'
import { UsageError } from '../../../lib/errors.ts'
import { withOwner } from '../with-owner.ts'

// The role of erasures must not lift a hold, so only the owner of the tables places and lifts them.

/** Forbids to erase and to drop rows of the audit log, until the hold is lifted. Returns its number. */
export const placeHold = (reason: string, env: Environment): Promise<number> =>
  withOwner(env, async (pool) => {
    const { rows } = await pool.query<{ id: string }>(
      'insert into audit_log.legal_holds (reason) values ($1) returning id',
      [reason],
    )
    return Number(rows[0]?.id)
  })

/** @throws UsageError if no hold in force has this number */
export const liftHold = (id: number, env: Environment): Promise<void> =>
  withOwner(env, async (pool) => {
    const { rowCount } = await pool.query(
      `update audit_log.legal_holds set lifted_at = now(), lifted_by = session_user
       where id = $1 and lifted_at is null`,
      [id],
    )
    if (rowCount === 0)
      throw new UsageError(`There is no hold ${id} in force. \`bridge audit hold\` names all.`)
  })

/** One line for each hold, the newest last. */
export const listHolds = (env: Environment): Promise<string[]> =>
  withOwner(env, async (pool) => {
    const { rows } = await pool.query<Record<'id' | 'reason' | 'placed_by' | 'lifted_by', string> & Times>(
      'select * from audit_log.legal_holds order by id',
    )
    return rows.map(({ id, reason, placed_at, placed_by, lifted_at, lifted_by }) => {
      const state = lifted_at === null ? 'in force' : `lifted at ${lifted_at.toISOString()} by ${lifted_by}`
      return `${id}: ${reason} (placed at ${placed_at.toISOString()} by ${placed_by}): ${state}`
    })
  })

interface Times {
  placed_at: Date
  lifted_at: Date | null
}
