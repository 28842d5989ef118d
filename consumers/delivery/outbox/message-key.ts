import type { Connection } from '../../../lib/database.ts'
import { query } from '../../../lib/database.ts'
import type { RecordOf } from '../../../schemas/catalogue.ts'
import type { KeyRule } from './entry.ts'
import { pushOccurrence } from './push-occurrence.ts'

/** The key of one part of a record; see `Entry.part`. */
export const keyWithPart = (key: string, part: string | undefined): string =>
  part === undefined ? key : `${key}\n${part}`

/** The key of the record, and the part of it that the message is about; undefined if it is all of it. */
export const splitKey = (key: string): { recordKey: string; part: string | undefined } => {
  const [recordKey = '', part] = key.split('\n')
  return { recordKey, part }
}

/** Two records with the same content are one fact if they were received within this time. */
const sameFactMs = 10 * 60 * 1000

/**
 * What makes a record one message for a destination:
 * - rule `delivery`: each hook of GitLab, with everything that GitLab sends again under the same id;
 * - rule `fact`: each fact, however many hooks report it. Of a push the occurrence counts, because the same
 *   change can happen again; other facts that are known by their content only count once in ten minutes.
 */
export const messageKeyOf = async (
  connection: Connection,
  schema: string,
  record: RecordOf,
  destination: string,
  rule: KeyRule,
): Promise<string> => {
  const { delivery } = record
  if (rule === 'delivery') return `delivery ${delivery.instance ?? ''} ${delivery.id}`
  if (record.eventType === 'push' || record.eventType === 'tag_push')
    return `push ${await pushOccurrence(connection, schema, record)}`
  if (delivery.fact_basis !== 'content') return `${delivery.fact_basis} ${delivery.fact_id}`
  const [known] = await query<{ key: string }>(
    connection,
    `select key from ${schema}.messages
      where destination = $1 and fact_id = $2
        and received_at between to_timestamp(($3::float8 - $4) / 1000)
                            and to_timestamp(($3::float8 + $4) / 1000)
      order by id limit 1`,
    [destination, delivery.fact_id, delivery.received_at, sameFactMs],
  )
  if (known !== undefined) return splitKey(known.key).recordKey
  return `content ${delivery.fact_id} ${delivery.received_at}`
}
