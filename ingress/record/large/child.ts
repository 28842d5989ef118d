import { createNames } from '../../../schemas/topics.ts'
import type { Job, Report } from './job.ts'
import { prepareJob } from './prepare-job.ts'

// This file is the program of the child process for large bodies. `limited-child.ts` starts it.

const names = createNames(process.argv[2] ?? '')
const send = (report: Report) => {
  process.send?.(report)
}

// A signal to the whole group, such as Ctrl+C, must not look like a body that ended this process. It ends
// when its parent disconnects or dies.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => undefined)
process.on('disconnect', () => process.exit())

process.on('message', (job: Job) =>
  send(prepareJob(names, job, (topic, key) => send({ kind: 'key', topic, key }))),
)
send({ kind: 'ready' })
