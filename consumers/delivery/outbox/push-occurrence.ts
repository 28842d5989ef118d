import type { Connection } from '../../../lib/database.ts'
import { query } from '../../../lib/database.ts'
import type { RecordOf } from '../../../schemas/catalogue.ts'

/**
 * Which push a hook reports: its change, and a number. The number is 1 for the first push with this change,
 * and 2 if the branch was reset and moved in the same way again. The rule is that of the push author log: in
 * one stream of hooks, equal changes without another change between them are one push, and the nth push of
 * one stream is the nth of any other.
 */
export const pushOccurrence = async (
  connection: Connection,
  schema: string,
  { delivery, project_id, ref, before, after, eventType }: RecordOf<'push' | 'tag_push'>,
): Promise<string> => {
  const refKey = `${delivery.instance ?? ''} ${project_id} ${ref}`
  const report = {
    stream: `${delivery.source} ${delivery.event_header ?? ''} ${eventType}`,
    refKey,
    change: `${refKey} ${before} ${after}`,
  }
  const { stream, change } = report
  const [known] = await query<{ occurrence: number }>(
    connection,
    `select occurrence from ${schema}.push_reports
      where stream = $1 and change = $2 and delivery_id = $3 limit 1`,
    [stream, change, delivery.id],
  )
  if (known !== undefined) return `${change} ${known.occurrence}`
  const [last] = await query<{ change: string; occurrence: number }>(
    connection,
    `select change, occurrence from ${schema}.push_reports
      where stream = $1 and ref_key = $2 order by id desc limit 1`,
    [stream, refKey],
  )
  const [told] = await query<{ occurrence: number }>(
    connection,
    `select occurrence from ${schema}.push_reports
      where stream = $1 and change = $2 order by occurrence desc limit 1`,
    [stream, change],
  )
  const occurrence = last?.change === change ? last.occurrence : (told?.occurrence ?? 0) + 1
  await query(
    connection,
    `insert into ${schema}.push_reports (stream, ref_key, change, occurrence, delivery_id, received_at)
     values ($1, $2, $3, $4, $5, to_timestamp($6::float8 / 1000))`,
    [stream, refKey, change, occurrence, delivery.id, delivery.received_at],
  )
  return `${change} ${occurrence}`
}
