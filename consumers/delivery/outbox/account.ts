import { type Pool, query } from '../../../lib/database.ts'

/** What became of the messages of one destination. The numbers sum up to `accepted`. */
export interface OutboxAccount {
  destination: string
  accepted: number
  sent: number
  digested: number
  dead: number
  discarded: number
  waiting: number
  /** Settled messages whose rows were deleted after some days. */
  forgotten: number
  /** Messages that were accepted, and of which there is no trace. */
  missing: number
}

/**
 * Counts what became of all messages of an outbox, in one statement. It reads every row of seven days; the
 * metric uses `countMissing`.
 *
 * @param schema of the worker: it is not quoted
 * @throws RetriableError while the database does not answer
 */
export const readOutboxAccounts = async ({
  pool,
  schema,
}: {
  pool: Pick<Pool, 'query'>
  schema: string
}): Promise<OutboxAccount[]> => {
  const rows = await query<Record<keyof OutboxAccount, string>>(
    pool,
    `select d.destination, d.accepted, d.forgotten,
            count(*) filter (where m.state = 'sent' and m.sent_as is distinct from 'digest') as sent,
            count(*) filter (where m.state = 'sent' and m.sent_as = 'digest') as digested,
            count(*) filter (where m.state = 'dead') as dead,
            count(*) filter (where m.state = 'discarded') as discarded,
            count(*) filter (where m.state in ('waiting', 'sending')) as waiting,
            d.accepted - d.forgotten - count(m.id) as missing
       from ${schema}.destinations d left join ${schema}.messages m using (destination)
      group by d.destination, d.accepted, d.forgotten order by d.destination`,
    [],
  )
  return rows.map(({ destination, ...numbers }) => ({
    destination,
    accepted: Number(numbers.accepted),
    sent: Number(numbers.sent),
    digested: Number(numbers.digested),
    dead: Number(numbers.dead),
    discarded: Number(numbers.discarded),
    waiting: Number(numbers.waiting),
    forgotten: Number(numbers.forgotten),
    missing: Number(numbers.missing),
  }))
}
