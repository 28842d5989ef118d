import type { Origin } from '../../consumer.ts'
import type { Fact } from '../facts/fact.ts'
import { factsOf, type SyncRecord } from '../facts/facts-of.ts'
import { inTransaction } from '../state/in-transaction.ts'
import { storePositions } from '../state/positions.ts'
import { storeFacts } from '../state/store-facts.ts'
import { converge } from './converge.ts'
import { finishCatchUp } from './finish-catch-up.ts'
import { isEmpty, scopeOf } from './scope-of.ts'
import type { SyncContext } from './sync-context.ts'

/**
 * Stores what events say, brings the directory to it, and then stores how far the events were read: after a
 * crash in between, they are read again.
 *
 * @throws LdapRetriableError, LdapPermanentError, RetriableError
 */
export const handleBatch = async (
  context: SyncContext,
  records: readonly SyncRecord[],
  origins: readonly Origin[],
): Promise<void> => {
  const facts: Fact[] = records.flatMap(factsOf)
  await inTransaction(context.pool, (connection) => storeFacts(connection, facts))
  if (context.catchUp.phase() !== 'over') {
    context.catchUp.read(origins)
    if (context.catchUp.phase() === 'read') await finishCatchUp(context)
    return
  }
  const scope = await scopeOf(context, facts)
  if (!isEmpty(scope)) await converge(context, scope, { cause: 'events' })
  await storePositions(context.pool, origins)
}
