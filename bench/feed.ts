// `npm run bench:feed` measures the feed: how late its clients receive events, and what many clients cost.
//   --quick                    shows within two minutes that the benchmark works; its figures mean nothing
//   --write                    writes the report into docs/performance.md
//   --seconds                  measures each scenario for so long
//   --profile-folder <folder>  writes CPU profiles of the feed
import { parseArgs } from 'node:util'
import { benchFeed } from './feed/run.ts'
import { writeReport } from './report/write-report.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    'profile-folder': { type: 'string' },
  },
})
const plan = {
  seconds: values.quick ? 15 : Number(values.seconds),
  profileFolder: values['profile-folder'],
}
const report = await benchFeed(plan, (line) => console.error(line))
console.log(report)
if (values.write) await writeReport(report, 'bench:feed')
