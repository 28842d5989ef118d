// `npm run bench:consumers` measures what the workers' runtime
// costs compared with a plain loop of the Kafka client,
// and how the rate and the memory of a worker develop while it handles a backlog.
//   --quick      shows within a minute that the benchmark works; its figures mean nothing
//   --write      writes the report into docs/performance.md
//   --rounds     compares in fewer or more rounds; with 0 only the backlog is measured
//   --records    the size of the backlog, in records
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
// Idle connections of the Kafka client would keep the process alive.
process.exit()
