import { type Connection, query } from '../../../lib/database.ts'

/** A row that belongs to one item of the argument. `place` counts from 1. */
export type PlacedRow<Row> = Row & { place: string }

/**
 * Runs a query about a list, which it gets as JSON in `$1`, and returns the rows of each item in the order of
 * the list.
 *
 * @throws the error of the database if a value is the cause; RetriableError in any other case
 */
export const askAbout = async <Row extends object>(
  connection: Connection,
  text: string,
  items: readonly object[],
): Promise<Row[][]> => {
  const rows = await query<PlacedRow<Row>>(connection, text, [JSON.stringify(items)])
  const byPlace = Map.groupBy(rows, ({ place }) => Number(place))
  return items.map((_, index) => byPlace.get(index + 1) ?? [])
}

/** Runs a statement with a list, which it gets as JSON in `$1`. */
export const change = async (
  connection: Connection,
  text: string,
  items: readonly object[],
): Promise<void> => {
  if (items.length > 0) await query(connection, text, [JSON.stringify(items)])
}
