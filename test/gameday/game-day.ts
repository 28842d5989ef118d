// `npm run gameday`: breaks the running stack in one way after the other, with a real Prometheus and a real
// Alertmanager on our rules. See docs/game-day.md.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { after, test } from 'node:test'
import { withoutAlertmanager } from '../helpers/monitoring/start-alertmanager.ts'
import { withoutPrometheus } from '../helpers/monitoring/start-prometheus.ts'
import { allFaults } from './faults/all-faults.ts'
import { readOptions } from './options.ts'
import { gameDayTable, withTable } from './report/game-day-table.ts'
import { type FaultReport, runFault } from './run-fault.ts'
import { startGameStack } from './stack/game-stack.ts'

const page = new URL('../../docs/game-day.md', import.meta.url)
const options = readOptions(process.argv.slice(2), allFaults)
if (withoutPrometheus) throw new Error(withoutPrometheus)
if (withoutAlertmanager !== undefined) throw new Error(withoutAlertmanager)

const startedAt = performance.now()
const say = (line: string) => console.log(`${((performance.now() - startedAt) / 1000).toFixed(0)} s: ${line}`)
// The hooks run in this order. Those of the stack end its processes, which would be started again.
after(() => stack.stop())
const stack = await startGameStack(options.divisor, say)
const reports: FaultReport[] = []

for (const fault of options.faults)
  test(fault.title, async () => {
    const report = await runFault(fault, stack, say).catch((error: Error) => {
      say(`${fault.name}: ${error.message}`)
      throw error
    })
    reports.push(report)
    for (const line of report.faults) say(`${fault.name}: ${line}`)
    assert.deepEqual(report.faults, [])
  })

after(() => {
  const minutes = (performance.now() - startedAt) / 60_000
  const table = gameDayTable({ reports, divisor: options.divisor, minutes })
  console.log(`\n${table}\n`)
  if (options.isWritten) writeFileSync(page, withTable(readFileSync(page, 'utf8'), table))
})
