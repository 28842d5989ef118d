// The commands of the runbooks about hooks that wait on the disk of the ingress, on broken stacks.
import { spoolCases } from '../../helpers/runbooks/cases/spool.ts'
import { onePartition } from '../../helpers/runbooks/own-ingress.ts'
import { testCases } from '../../helpers/runbooks/test-cases.ts'
import { openStack } from '../../helpers/servers/stack.ts'

const stack = await openStack('runbooks-spool')
await stack.setUp(onePartition)
testCases(spoolCases, stack)
