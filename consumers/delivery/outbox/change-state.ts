import type { Connection } from '../../../lib/database.ts'
import { query } from '../../../lib/database.ts'
import type { StateChange } from './entry.ts'

/**
 * Stores a state, and returns the one before.
 *
 * @returns whether the message is told, and the last state
 */
export const changeState = async (
  connection: Connection,
  schema: string,
  { scope, subject, state, version, tells }: StateChange,
): Promise<{ isTold: boolean; last: string | undefined }> => {
  const [row] = await query<{ state: string; version: string }>(
    connection,
    `select state, version from ${schema}.states where scope = $1 and subject = $2 for update`,
    [scope, subject],
  )
  const last = row?.state
  if (row !== undefined && Number(row.version) > version) return { isTold: false, last }
  await query(
    connection,
    `insert into ${schema}.states (scope, subject, state, version) values ($1, $2, $3, $4)
     on conflict (scope, subject) do update set state = $3, version = $4, changed_at = now()`,
    [scope, subject, state, version],
  )
  return { isTold: tells(last), last }
}
