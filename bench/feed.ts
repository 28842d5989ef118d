// Measures the feed: how late its clients receive events, and what many clients cost.
import { parseArgs } from 'node:util'
import { benchFeed } from './feed/run.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    quick: { type: 'boolean', default: false },
    'profile-folder': { type: 'string' },
  },
})
const plan = {
  seconds: values.quick ? 15 : Number(values.seconds),
  profileFolder: values['profile-folder'],
}
console.log(await benchFeed(plan, (line) => console.error(line)))
