import { readOutboxAccounts } from '../../../consumers/delivery/outbox/account.ts'
import { schemaOf } from '../../../consumers/delivery/outbox/schema-of.ts'
import type { Pool } from '../../../lib/database.ts'
import type { Account } from './equation.ts'

/**
 * Every message that an outbox has accepted was sent, waits, is a dead letter or was deleted after it was
 * settled.
 *
 * @throws RetriableError while the database does not answer
 */
export const readOutboxEquations = async (pool: Pool, worker: string): Promise<Account[]> => {
  const accounts = await readOutboxAccounts({ pool, schema: schemaOf(worker) })
  return accounts.map(({ destination, missing, ...terms }) => ({
    equation: 'outbox',
    place: `${worker} → ${destination}`,
    terms,
    residue: missing,
  }))
}
