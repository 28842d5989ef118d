import { type SearchFilters, searchQuery } from '../../consumers/audit-log/read/search-query.ts'
import { type ShownRow, type StoredRow, shownRow } from '../../consumers/audit-log/read/shown-row.ts'
import type { Environment } from '../../lib/config.ts'
import { UsageError } from '../../lib/errors.ts'
import { isInvented } from '../../lib/invented-sources.ts'
import { eventTypes } from '../../schemas/catalogue.ts'
import { unknownName } from '../options/unknown-name.ts'
import { csvLine } from '../output/csv-line.ts'
import { withAuditDatabase } from './open-audit-log.ts'

export interface SearchOptions extends Omit<SearchFilters, 'events'> {
  event?: string[]
  limit: number
  withoutBody?: true
  json?: true
  csv?: true
}

/**
 * Prints the newest rows that match, newest first.
 *
 * @param report called with a sentence if there are more rows than were printed, or none
 * @throws UsageError if an option is wrong; ConfigError
 */
export const search = async (
  options: SearchOptions,
  env: Environment,
  print: (line: string) => void,
  report: (line: string) => void,
): Promise<void> => {
  refuseWrongOptions(options)
  const { event: events, limit, withoutBody, json, csv, ...filters } = options
  const searched = withoutBody ? 'events_without_body' : 'events_with_body'
  // The table and CSV show no bodies, so they are not fetched.
  const shown = json ? searched : 'events_without_body'
  const { text, values } = searchQuery({ ...filters, events }, { searched, shown, limit: limit + 1 })
  const { rows, fields } = await withAuditDatabase(env, 1, (pool) => pool.query<StoredRow>(text, values))
  if (csv) print(csvLine(fields.map(({ name }) => name)))
  for (const row of rows.slice(0, limit)) print(lineOf(shownRow(row), json ? 'json' : csv ? 'csv' : 'table'))
  if (rows.length > limit)
    report(`There are more rows. Only the newest ${limit} are shown: narrow the search, or raise --limit.`)
  if (rows.length === 0) report('No row matches.')
}

const refuseWrongOptions = ({ event, since, text, ...filters }: SearchOptions) => {
  // An empty filter is usually a shell variable that was not set.
  for (const name of ['user', 'project', 'group'] as const)
    if (filters[name]?.trim() === '') throw new UsageError(`--${name} is empty. Give it a value.`)
  if (text?.trim() === '') throw new UsageError('--text is empty. Give it a value.')
  if (text !== undefined && since === undefined)
    throw new UsageError('--text reads every row, so it needs --since. For example: --since 7d.')
  const unknown = (event ?? []).filter((name) => !(eventTypes as readonly string[]).includes(name))
  if (unknown.length > 0) throw unknownName('event', unknown, eventTypes)
}

const lineOf = (row: ShownRow, form: 'json' | 'csv' | 'table'): string => {
  switch (form) {
    case 'json':
      return JSON.stringify(row)
    case 'csv':
      return csvLine(Object.values(row))
    case 'table':
      return tableLine(row)
  }
}

/** A row of an old version has no sentence. */
const tableLine = ({ received_at, leaf_index, event_type, summary, source, user_username }: ShownRow) => {
  const sentence = summary ?? `by ${user_username ?? 'an unknown user'}.`
  const mark = isInvented(String(source)) ? ` [invented: ${source}]` : ''
  const place = String(leaf_index ?? '-').padStart(7)
  return `${received_at}  ${place}  ${String(event_type).padEnd(16)}  ${sentence}${mark}`
}
