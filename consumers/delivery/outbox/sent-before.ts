import { query } from '../../../lib/database.ts'
import type { OutboxStore } from './store.ts'

/** A message that its service can still replace. */
export interface SentBefore {
  /** The id that the service gave to the message. */
  remoteId: string
  /** What the message is about so far, oldest first. */
  contents: readonly unknown[]
}

/**
 * The newest message with this key that was sent within the last ten minutes; undefined if there is none.
 * `upkeep` keeps the contents for as long.
 */
export const readSentBefore = async (
  { pool, schema }: OutboxStore,
  destination: string,
  mergeKey: string,
): Promise<SentBefore | undefined> => {
  const rows = await query<{ remote_id: string; content: unknown }>(
    pool,
    `select remote_id, content from ${schema}.messages
      where destination = $1 and merge_key = $2 and state = 'sent' and remote_id is not null
        and content is not null and sent_as in ('message', 'merged', 'edited')
        and settled_at > now() - interval '10 minutes'
      order by id`,
    [destination, mergeKey],
  )
  const remoteId = rows.at(-1)?.remote_id
  if (remoteId === undefined) return undefined
  const ofSame = rows.filter(({ remote_id }) => remote_id === remoteId)
  return { remoteId, contents: ofSame.map(({ content }) => content) }
}
