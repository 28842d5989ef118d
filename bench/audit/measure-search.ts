import { type SearchFilters, searchQuery } from '../../consumers/audit-log/read/search-query.ts'
import { generateEvents } from '../../test/helpers/audit/generate-events.ts'
import type { AuditDatabase } from '../../test/helpers/audit/open-audit-database.ts'

const repeats = 100

/** Every question with another person, project or day each time. */
const questions: Readonly<Record<string, (at: number) => SearchFilters>> = {
  user: (at) => ({ user: `user-${at * 7}` }),
  project: (at) => ({ project: `group-${(at * 5) % 20}/project-${at * 5}` }),
  time: (at) => ({
    since: new Date(Date.now() - (at + 2) * 86_400_000),
    until: new Date(Date.now() - (at + 1) * 86_400_000),
  }),
  'user, project and time': (at) => ({
    ...{ user: `user-${at * 7}`, project: `${at * 5}` },
    since: new Date(Date.now() - 90 * 86_400_000),
  }),
}

/** The 95th percentile of the time of each question, in milliseconds. */
export const measureSearch = async (
  { pool }: AuditDatabase,
  rows: number,
  progress: (line: string) => void,
): Promise<Record<string, number>> => {
  progress(`Generating ${rows} rows.`)
  await generateEvents(pool, rows)
  const result: Record<string, number> = {}
  for (const [name, filtersOf] of Object.entries(questions)) {
    const times: number[] = []
    for (let at = 0; at < repeats; at++) {
      const { text, values } = searchQuery(filtersOf(at), {
        searched: 'events_with_body',
        shown: 'events_with_body',
        limit: 101,
      })
      const startedAt = performance.now()
      await pool.query(text, values)
      times.push(performance.now() - startedAt)
    }
    times.sort((one, other) => one - other)
    result[name] = times[Math.ceil(repeats * 0.95) - 1] ?? Number.NaN
    progress(`Search by ${name}: p95 ${result[name]?.toFixed(1)} ms.`)
  }
  return result
}
