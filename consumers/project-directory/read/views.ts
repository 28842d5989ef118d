import type { Pool } from '../../../lib/database.ts'
import type { FoundHolder } from './find-holder.ts'
import type { HolderRow } from './holder-row.ts'
import { type Parent, readParents } from './parents.ts'

/** Projects as the API shows them. @throws RetriableError while the database does not answer */
export const projectsOf = async (pool: Pool, rows: readonly HolderRow[]) => {
  const parents = await readParents(pool, rows)
  return rows.map((row, at) => projectOf({ ...row, parent: parents[at] ?? null }))
}

/** A project as the API shows it. */
export const projectOf = (row: FoundHolder) => ({
  ...commonOf(row),
  group: row.parent ?? unknownParent,
  visibility: row.visibility,
  default_branch: row.default_branch,
})

/** Groups as the API shows them. @throws RetriableError while the database does not answer */
export const groupsOf = async (pool: Pool, rows: readonly HolderRow[]) => {
  const parents = await readParents(pool, rows)
  return rows.map((row, at) => groupOf({ ...row, parent: parents[at] ?? null }))
}

/** A group as the API shows it. */
export const groupOf = (row: FoundHolder) => ({ ...commonOf(row), parent: row.parent })

const unknownParent: Parent = { kind: 'unknown', id: null, path: null }

const commonOf = (row: HolderRow) => ({
  instance: row.instance === '' ? null : row.instance,
  invented: row.invented === '' ? null : row.invented,
  id: Number(row.id),
  path: row.path,
  name: row.name,
  state: row.state,
  ambiguous: row.is_ambiguous,
  created_at: isoTime(row.created_at),
  web_url: row.web_url,
})

/** @param millis of PostgreSQL: since 1970, as text */
export const isoTime = (millis: string | null): string | null => {
  if (millis === null) return null
  const time = new Date(Number(millis))
  return Number.isNaN(time.getTime()) ? null : time.toISOString()
}
