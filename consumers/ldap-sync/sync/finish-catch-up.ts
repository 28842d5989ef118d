import { storePositions } from '../state/positions.ts'
import { converge } from './converge.ts'
import type { SyncContext } from './sync-context.ts'

/**
 * Brings the directory to the state, after the state has all records again. If that fails, it is tried again
 * with the next records.
 *
 * @throws LdapRetriableError, LdapPermanentError, RetriableError
 */
export const finishCatchUp = async (context: SyncContext): Promise<void> => {
  await converge(context, { containers: 'all', usernames: undefined }, { cause: 'events' })
  for (const origin of context.catchUp.end()) await storePositions(context.pool, [origin])
  context.logger.info('the database has all records again, and the directory was compared with it')
}
