import { writeFile } from 'node:fs/promises'
import { type ExportHeader, exportFormat } from '../../consumers/audit-log/export/export-header.ts'
import type { ExportedLeaf } from '../../consumers/audit-log/export/exported-leaf.ts'
import { gapColumns, readGaps } from '../../consumers/audit-log/export/gaps.ts'
import { ocsfEventOf } from '../../consumers/audit-log/export/ocsf/ocsf-event.ts'
import { openCursor } from '../../consumers/audit-log/export/open-cursor.ts'
import { readLeaves } from '../../consumers/audit-log/export/read-leaves.ts'
import { groupColumns, plainColumns } from '../../consumers/audit-log/leaf/columns.ts'
import { readHead } from '../../consumers/audit-log/store/read-head.ts'
import type { Environment } from '../../lib/config.ts'
import type { Pool } from '../../lib/database.ts'
import { UsageError } from '../../lib/errors.ts'
import { csvLine } from '../output/csv-line.ts'
import { withAuditDatabase } from './open-audit-log.ts'

export const exportFormats = ['ndjson', 'ocsf', 'csv'] as const
export type ExportFormat = (typeof exportFormats)[number]

export interface ExportOptions {
  format: ExportFormat
  /** The first leaf. */
  from?: number
  /** A file that remembers where the next export begins. */
  cursorFile?: string
  /** The largest number of leaves. */
  limit?: number
  /** A file for the table of gaps. */
  gaps?: string
}

/** What an export prints: the lines before the leaves, and the lines of each leaf. */
interface Form {
  header(log: ExportHeader): string[]
  line(leaf: ExportedLeaf): string | undefined
}

/** The columns of CSV. The body is left out, because it has many lines; so is what only proves a row. */
const csvColumns = [
  ...['leaf_index', 'kind', ...Object.keys(plainColumns)],
  ...Object.keys({ ...groupColumns.identity, ...groupColumns.content }),
  ...['body_sha256', 'content', 'leaf_hash'],
]

const forms: Readonly<Record<ExportFormat, Form>> = {
  ndjson: { header: (log) => [JSON.stringify(log)], line: (leaf) => JSON.stringify(leaf) },
  ocsf: {
    header: () => [],
    line: (leaf) => {
      const event = ocsfEventOf(leaf)
      return event && JSON.stringify(event)
    },
  },
  csv: {
    // A later part is appended to the first one, which has the names of the columns.
    header: ({ from }) => (from === 0 ? [csvLine(csvColumns)] : []),
    line: (leaf) => csvLine(csvColumns.map((name) => leaf[name] ?? null)),
  },
}

/**
 * Prints the leaves of the log in their order, from the cursor to the newest one. The cursor moves once all
 * lines were written, so after a crash the same lines come again; `leaf_index` tells them.
 *
 * @param write resolves when the lines were written
 * @param report called with a sentence about what was exported
 * @throws UsageError, ConfigError
 */
export const exportLog = async (
  options: ExportOptions,
  env: Environment,
  write: (lines: readonly string[]) => Promise<void>,
  report: (line: string) => void,
): Promise<void> => {
  const { format, from, cursorFile, limit = Number.POSITIVE_INFINITY, gaps } = options
  if (from !== undefined && cursorFile !== undefined)
    throw new UsageError('--from and --cursor-file exclude each other: the file says where to begin.')
  await withAuditDatabase(env, 2, async (pool) => {
    const { origin, range } = await readHead(pool)
    const cursor = cursorFile === undefined ? undefined : await openCursor(cursorFile, origin)
    const start = cursor?.next ?? from ?? 0
    const end = Math.max(start, Math.min(range.size, start + limit))
    const { header, line } = forms[format]
    await write(header({ format: exportFormat, origin, from: start }))
    for await (const leaves of readLeaves(pool, start, end))
      await write(leaves.map(line).filter((each) => each !== undefined))
    if (gaps !== undefined) await writeGaps(pool, gaps)
    await cursor?.store(end)
    report(describe(start, end, range.size))
  })
}

const describe = (start: number, end: number, size: number): string => {
  const what = start === end ? 'There are no new leaves.' : `The leaves ${start} to ${end - 1} were exported.`
  return end < size ? `${what} ${size - end} newer ones follow from ${end} on.` : what
}

const writeGaps = async (pool: Pool, path: string) => {
  const rows = await readGaps(pool)
  const lines = [
    csvLine(gapColumns),
    ...rows.map((row) => csvLine(gapColumns.map((name) => row[name] ?? null))),
  ]
  await writeFile(path, `${lines.join('\n')}\n`)
}
