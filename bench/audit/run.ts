import { hash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { appendRows } from '../../consumers/audit-log/append/append-rows.ts'
import type { EventRow } from '../../consumers/audit-log/append/pack-rows.ts'
import { verifyAuditLog } from '../../consumers/audit-log/verify/verify.ts'
import { pushRow } from '../../test/helpers/audit/audit-rows.ts'
import { openAuditDatabase } from '../../test/helpers/audit/open-audit-database.ts'
import { formatCount, formatRatio } from '../report/format.ts'
import { median } from '../report/median.ts'
import { promisesOf } from '../report/render-report.ts'
import { createBareTable, insertBare } from './bare-insert.ts'
import { measureSearch } from './measure-search.ts'

export interface AuditPlan {
  rounds: number
  /** Rows of the bench push in each round, once for the log and once for a bare table. */
  rows: number
  /** Rows that are generated for the searches. */
  searchedRows: number
}

const [minOfBare, minVerified, maxSearchMs] = [0.5, 6000, 1000]
const batchSize = 500

/** Measures the audit log on a database of its own. Returns the report as Markdown. */
export const benchAudit = async (plan: AuditPlan, progress: (line: string) => void): Promise<string> => {
  const database = await openAuditDatabase()
  const { pool } = database
  try {
    await createBareTable(pool)
    const raw = await readFile(new URL('../../test/fixtures/push.json', import.meta.url))
    const body_sha256 = hash('sha256', raw)
    let offset = 0
    const rows = () => Array.from({ length: plan.rows }, () => pushRow(offset++, { raw, body_sha256 }))
    const rounds: { bare: number; log: number }[] = []
    // The first round warms both up, and is not counted.
    for (let round = 0; round <= plan.rounds; round++) {
      const bare = await rateOf(rows(), (some) => insertBare(pool, some))
      const log = await rateOf(
        rows(),
        async (some) => void (await appendRows(pool, some)),
        async () => void (await database.anchor()),
      )
      progress(`Round ${round}: ${formatCount(bare)} bare and ${formatCount(log)} logged rows/s.`)
      if (round > 0) rounds.push({ bare, log })
    }
    const anchor = await database.anchor()
    const verified: number[] = []
    for (let round = 1; round <= Math.min(3, plan.rounds); round++) {
      const startedAt = performance.now()
      const { faults, size } = await verifyAuditLog(pool, anchor, 2)
      if (faults.length > 0) throw new Error(`the log of the benchmark has ${faults.length} faults`)
      verified.push((size * 1000) / (performance.now() - startedAt))
      progress(`Verified ${formatCount(verified.at(-1) ?? 0)} rows/s.`)
    }
    const searches = await measureSearch(database, plan.searchedRows, progress)
    return render(plan, rounds, verified, searches)
  } finally {
    await database.close()
  }
}

/** Rows per second of a function that takes a batch. */
const rateOf = async (
  rows: readonly EventRow[],
  insert: (some: readonly EventRow[]) => Promise<void>,
  finish = async () => {},
): Promise<number> => {
  const startedAt = performance.now()
  for (let at = 0; at < rows.length; at += batchSize) await insert(rows.slice(at, at + batchSize))
  await finish()
  return (rows.length * 1000) / (performance.now() - startedAt)
}

const render = (
  { searchedRows }: AuditPlan,
  rounds: readonly { bare: number; log: number }[],
  verified: readonly number[],
  searches: Readonly<Record<string, number>>,
): string => {
  const ratios = rounds.map(({ bare, log }) => log / bare)
  const range = (values: readonly number[], format: (value: number) => string) =>
    `${format(median(values))} (${format(Math.min(...values))}–${format(Math.max(...values))})`
  const promises = [
    {
      text: `insert with tree, indexes and anchors ≥ ${minOfBare} × a bare batch insert`,
      seen: range(ratios, formatRatio),
      isKept: median(ratios) >= minOfBare,
    },
    {
      text: `\`bridge audit verify\` ≥ ${formatCount(minVerified)} rows/s`,
      seen: range(verified, formatCount),
      isKept: median(verified) >= minVerified,
    },
    ...Object.entries(searches).map(([name, p95]) => ({
      text: `search by ${name} among ${formatCount(searchedRows)} rows: p95 < ${maxSearchMs} ms`,
      seen: `${p95.toFixed(0)} ms`,
      isKept: p95 < maxSearchMs,
    })),
  ]
  const middle = (name: 'bare' | 'log') => formatCount(median(rounds.map((round) => round[name])))
  return [
    `Node ${process.version}. Bare: ${middle('bare')} rows/s. Log: ${middle('log')} rows/s.`,
    '',
    ...promisesOf({ promises }),
  ].join('\n')
}
