// `npm run bench:consumers`: what the workers' runtime costs beside a bare loop of the client, and how a backlog is worked off.
//   --quick             shows within a minute that the benchmark works; its figures say nothing
//   --write             keeps the report in docs/performance.md
//   --rounds, --records measure less, or longer; `--rounds 0 --records 200000`: only a backlog, of so many
import { parseArgs } from 'node:util'
import { benchWorkers, workersPlans } from './consumers/run.ts'

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    records: { type: 'string' },
  },
})

const standard = workersPlans[options.quick ? 'quick' : 'full']
const plan = {
  ...standard,
  rounds: Number(options.rounds ?? standard.rounds),
  backlog: Number(options.records ?? standard.backlog),
}

console.log(
  await benchWorkers(plan, options.write ? 'write' : 'print', (line) => process.stderr.write(`${line}\n`)),
)
process.exit() // connections of the client that wait for nothing any more must not hold us
