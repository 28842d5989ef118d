// The commands of the runbooks about records, offsets and topics of workers, on broken stacks.
import { recordCases } from '../../helpers/runbooks/cases/records.ts'
import { testCases } from '../../helpers/runbooks/test-cases.ts'
import { openWatchedWorker } from '../../helpers/runbooks/watched-worker.ts'

testCases(recordCases, await openWatchedWorker('runbooks-records'))
