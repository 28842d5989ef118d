import { type Connection, type Pool, query } from '../../../lib/database.ts'
import { ldifOf } from '../plan/ldif.ts'
import { inverseOf, type Operation } from '../plan/operation.ts'

/** Why the directory was changed. */
export type RunCause = 'events' | 'reconcile' | 'approval' | 'undo' | 'expiry'

/** A run that is written with its first operation, so that a run without one leaves nothing. */
export interface Run {
  cause: RunCause
  /** The hold that was approved, or the run that was undone. */
  reference?: string
  id?: number
}

export interface JournalEntry {
  operation: Operation
  dnKey: string
  targetId: number | undefined
  /** Of SSH keys: the GitLab of the user. */
  instance?: string | undefined
  /** Value of a member → id of its user. */
  users: Readonly<Record<string, number>>
  removals: number
  additions: number
}

/** Stores what is about to be sent, and what takes it back. @returns the id of the entry */
export const noteSending = async (database: Pool, run: Run, entry: JournalEntry): Promise<number> => {
  run.id ??= await startRun(database, run)
  const { operation, dnKey, targetId, users, removals, additions, instance } = entry
  const [row] = await query<{ operation_id: string }>(
    database,
    `insert into ldap_sync.operations
       (run_id, target_id, dn_key, operation, user_ids, ldif, inverse_ldif, removals, additions, instance)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning operation_id`,
    [
      ...[run.id, targetId ?? null, dnKey, JSON.stringify(operation), JSON.stringify(users)],
      ...[ldifOf(operation), ldifOf(inverseOf(operation)), removals, additions, instance ?? null],
    ],
  )
  return Number(row?.operation_id)
}

/** Stores what became of an operation. */
export const noteOutcome = (
  database: Pool | Connection,
  id: number,
  outcome: 'done' | 'failed',
): Promise<unknown> =>
  query(database, 'update ldap_sync.operations set outcome = $2 where operation_id = $1', [id, outcome])

/**
 * The directory shows that an earlier request was done whose answer was lost.
 *
 * @returns false if no such request was sent
 */
export const settleLostAnswer = async (
  database: Pool,
  targetId: number | undefined,
  operation: Operation,
): Promise<boolean> => {
  const rows = await query(
    database,
    `update ldap_sync.operations set outcome = 'done'
      where target_id is not distinct from $1 and operation = $2::jsonb and outcome = 'sent'
     returning operation_id`,
    [targetId ?? null, JSON.stringify(operation)],
  )
  return rows.length > 0
}

const startRun = async (database: Pool, { cause, reference }: Run): Promise<number> => {
  const [row] = await query<{ run_id: string }>(
    database,
    'insert into ldap_sync.runs (cause, reference) values ($1, $2) returning run_id',
    [cause, reference ?? null],
  )
  return Number(row?.run_id)
}
