// Measures the audit log: what tree and indexes cost, and how fast it is verified and searched.
import { parseArgs } from 'node:util'
import { benchAudit } from './audit/run.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    rows: { type: 'string', default: '20000' },
    'searched-rows': { type: 'string', default: '1000000' },
  },
})
const plan = {
  rounds: Number(values.rounds),
  rows: Number(values.rows),
  searchedRows: Number(values['searched-rows']),
}
console.log(await benchAudit(plan, (line) => console.error(line)))
