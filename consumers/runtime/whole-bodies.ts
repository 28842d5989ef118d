import type { Decode } from '../../lib/avro/codec.ts'
import { messageOf, RetriableError } from '../../lib/errors.ts'
import { BodySearchTimeoutError } from '../../lib/kafka/read-raw.ts'
import type { Logger } from '../../lib/logger.ts'
import type { RecordOf } from '../../schemas/catalogue.ts'

/** How long one search for all chunks of a body may take, in milliseconds. */
const limitMs = 20_000

/** So often a body is looked for whose search takes too long although the brokers answer. */
const mostSearches = 5

/** So many bodies are remembered whose search took too long. */
const mostRemembered = 1000

/** As `restoreBody` of lib/, on one topic. It looks for the chunks until the signal is aborted. */
export type Restore = (record: RecordOf, signal: AbortSignal) => Promise<string | undefined>

/**
 * Decodes records with their bodies, also where the body was published in chunks. A record whose chunks are
 * gone, or are not found in several searches, keeps an empty body, and this is logged.
 *
 * The decoder throws RetriableError while the brokers do not answer, or while a body is to be looked for
 * again.
 */
export const withWholeBodies = (decode: Decode, restore: Restore, logger: Logger): Decode => {
  const timeouts = createTimeouts()

  const giveUp = (message: string, { delivery: { id } }: RecordOf, problem: string) =>
    logger.error(message, { delivery_id: id, problem })

  return async (value) => {
    const record = (await decode(value)) as RecordOf
    const { id } = record.delivery
    try {
      // A body that was given up is not looked for again: a batch may come again because of another record.
      const problem =
        timeouts.of(id) < mostSearches ? await restore(record, AbortSignal.timeout(limitMs)) : undefined
      if (problem !== undefined)
        giveUp('the body of a hook is gone, so the record is handled without it', record, problem)
    } catch (cause) {
      if (cause instanceof BodySearchTimeoutError && timeouts.add(id) >= mostSearches)
        giveUp('the body of a hook was not found, so the record is handled without it', record, cause.message)
      else throw new RetriableError(`cannot read the body of delivery ${id}: ${messageOf(cause)}`, { cause })
    }
    return record
  }
}

/** Counts, by delivery, the searches that took too long. */
const createTimeouts = () => {
  const counts = new Map<string, number>()
  return {
    of: (id: string): number => counts.get(id) ?? 0,
    /** @returns the count */
    add: (id: string): number => {
      const count = (counts.get(id) ?? 0) + 1
      const [oldest] = counts.keys()
      if (count === 1 && counts.size >= mostRemembered && oldest !== undefined) counts.delete(oldest)
      counts.set(id, count)
      return count
    },
  }
}
