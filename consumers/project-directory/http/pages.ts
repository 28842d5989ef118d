import { cursorOf, type Place, placeOf } from './cursor.ts'
import { BadQueryError } from './route.ts'

interface PageQuery {
  limit: number
  cursor?: string | undefined
}

/**
 * Reads one page: one item more than asked for tells whether there is a next page.
 *
 * @param keyOf the sort key of a row, as many values as `first` has
 * @param first a place before all rows
 * @throws BadQueryError if the cursor is not one of this list
 */
export const readPage = async <Row>(
  { limit, cursor }: PageQuery,
  first: Place,
  keyOf: (row: Row) => Place,
  read: (after: Place, limit: number) => Promise<Row[]>,
): Promise<{ rows: Row[]; next_cursor: string | null }> => {
  const after = cursor === undefined ? first : placeOf(cursor, first)
  if (after === undefined) throw new BadQueryError('cursor: use the next_cursor of an answer of this address')
  const found = await read(after, limit + 1)
  const rows = found.slice(0, limit)
  const last = rows.at(-1)
  return { rows, next_cursor: found.length > limit && last !== undefined ? cursorOf(keyOf(last)) : null }
}
