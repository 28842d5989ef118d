import { type Connection, query } from '../../../lib/database.ts'
import type { OutboxLimits } from './outbox-limits.ts'

/** How much the outbox of each destination can still keep with bodies. */
export interface Room {
  /** Takes space for a message. @returns whether there was enough */
  take(destination: string, bytes: number): boolean
}

export const roomOf = async (
  connection: Connection,
  schema: string,
  names: readonly string[],
  { maxMessages, maxBytes }: OutboxLimits,
): Promise<Room> => {
  const rows = await query<{ destination: string; messages: string; bytes: string }>(
    connection,
    `select destination, count(*) as messages, coalesce(sum(bytes), 0) as bytes from ${schema}.messages
      where destination = any($1) and state in ('waiting', 'sending') group by destination`,
    [names],
  )
  const used = new Map(
    rows.map(({ destination, messages, bytes }) => [
      destination,
      { messages: Number(messages), bytes: Number(bytes) },
    ]),
  )
  return {
    take: (destination, bytes) => {
      const now = used.get(destination) ?? { messages: 0, bytes: 0 }
      const fits = now.messages < maxMessages && now.bytes + bytes <= maxBytes
      used.set(destination, { messages: now.messages + 1, bytes: now.bytes + (fits ? bytes : 0) })
      return fits
    },
  }
}
