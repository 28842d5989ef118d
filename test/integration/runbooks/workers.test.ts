// The commands of the runbooks about workers, on broken stacks.
import { workerCases } from '../../helpers/runbooks/cases/workers.ts'
import { testCases } from '../../helpers/runbooks/test-cases.ts'
import { openWatchedWorker } from '../../helpers/runbooks/watched-worker.ts'

testCases(workerCases, await openWatchedWorker('runbooks-workers'))
