import { type Connection, type Pool, query } from '../../../lib/database.ts'
import type { Operation } from '../plan/operation.ts'
import type { RunCause } from './journal.ts'

/** One run that changed the directory. */
export interface RunSummary {
  id: number
  cause: RunCause
  startedAt: Date
  reference: string | undefined
  undoneBy: number | undefined
  removals: number
  additions: number
}

interface SummaryRow {
  run_id: string
  cause: RunCause
  started_at: Date
  reference: string | null
  undone_by: string | null
  removals: number
  additions: number
}

/** The newest runs first. */
export const loadRuns = async (database: Pool | Connection, limit: number): Promise<RunSummary[]> => {
  const rows = await query<SummaryRow & Record<string, unknown>>(
    database,
    `select runs.*, coalesce(sum(removals), 0)::integer as removals,
            coalesce(sum(additions), 0)::integer as additions
       from ldap_sync.runs left join ldap_sync.operations using (run_id)
      group by runs.run_id order by run_id desc limit $1`,
    [limit],
  )
  return rows.map((row) => ({
    id: Number(row.run_id),
    cause: row.cause,
    startedAt: row.started_at,
    reference: row.reference ?? undefined,
    undoneBy: row.undone_by === null ? undefined : Number(row.undone_by),
    removals: row.removals,
    additions: row.additions,
  }))
}

/** An operation that was sent. */
export interface SentOperation {
  operation: Operation
  dnKey: string
  targetId: number | undefined
  /** Of SSH keys: the GitLab of the user, if the journal has it. */
  instance: string | undefined
  users: Readonly<Record<string, number>>
  inverseLdif: string
}

interface OperationRow {
  operation: Operation
  dn_key: string
  target_id: string | null
  instance: string | null
  user_ids: Readonly<Record<string, number>>
  inverse_ldif: string
}

/** The operations of a run, the newest first. Undefined if there is no such run. */
export const loadRun = async (
  database: Pool | Connection,
  id: number,
): Promise<{ undoneBy: number | undefined; operations: SentOperation[] } | undefined> => {
  const [run] = await query<{ undone_by: string | null }>(
    database,
    'select undone_by from ldap_sync.runs where run_id = $1',
    [id],
  )
  if (run === undefined) return undefined
  const rows = await query<OperationRow & Record<string, unknown>>(
    database,
    `select operation, dn_key, target_id, instance, user_ids, inverse_ldif from ldap_sync.operations
      where run_id = $1 and outcome <> 'failed' order by operation_id desc`,
    [id],
  )
  const operations = rows.map((row) => ({
    operation: row.operation,
    dnKey: row.dn_key,
    targetId: row.target_id === null ? undefined : Number(row.target_id),
    instance: row.instance ?? undefined,
    users: row.user_ids,
    inverseLdif: row.inverse_ldif,
  }))
  return { undoneBy: run.undone_by === null ? undefined : Number(run.undone_by), operations }
}
