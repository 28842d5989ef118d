// The commands of the runbooks about destinations, the audit log and the directory, on broken stacks.
import { after } from 'node:test'
import { auditCases } from '../../helpers/runbooks/cases/audit.ts'
import { destinationCases } from '../../helpers/runbooks/cases/destinations.ts'
import { directoryCases } from '../../helpers/runbooks/cases/directory.ts'
import { openDestinationStack } from '../../helpers/runbooks/destination-stack.ts'
import { testCases } from '../../helpers/runbooks/test-cases.ts'
import { startServers } from '../../helpers/servers/servers.ts'
import { openStack } from '../../helpers/servers/stack.ts'

const stack = await openStack('runbooks-databases')
// The accounts of other test files are open while their workers run.
const { databaseUrl, remove } = await startServers(['postgres'])
after(remove)
const broken = await openDestinationStack(stack, databaseUrl)
after(() => broken.store.pool.end())
testCases([...auditCases, ...directoryCases, ...destinationCases], broken)
