// The commands of the runbooks about senders, the process of the ingress and the feed, on broken stacks.
import { feedCases } from '../../helpers/runbooks/cases/feed.ts'
import { hookCases } from '../../helpers/runbooks/cases/hooks.ts'
import { ingressCases } from '../../helpers/runbooks/cases/ingress.ts'
import { onePartition } from '../../helpers/runbooks/own-ingress.ts'
import { testCases } from '../../helpers/runbooks/test-cases.ts'
import { openStack } from '../../helpers/servers/stack.ts'

const stack = await openStack('runbooks-ingress')
await stack.setUp(onePartition)
testCases([...hookCases, ...ingressCases, ...feedCases], stack)
