import assert from 'node:assert/strict'
import { after, type TestContext } from 'node:test'
import type { Environment } from '../../../lib/config.ts'
import { eventually } from '../process/eventually.ts'
import { freePort } from '../process/free-ports.ts'
import { freeze } from '../process/freeze.ts'
import { type IngressProcess, untilDrained } from '../process/ingress-process.ts'
import { markedBody } from '../records/marked-body.ts'
import { type PostedHook, postHook } from '../records/post-hook.ts'
import { type IngressStack, openIngressStack, token } from '../servers/ingress-stack.ts'
import { type Servers, startServers } from '../servers/servers.ts'
import { openSharedRegistry } from '../servers/shared-registry.ts'
import { type HookLoad, startHookLoad } from './hook-load.ts'
import { assertNoLoss, describeCounts, type HookCounts } from './no-loss-check.ts'

/** A broker that a test may freeze and kill, and an ingress in front of it. */
export interface FaultSuite {
  servers: Servers
  stack: IngressStack
  /** The ingress that runs now, always at the same port. */
  ingress(): IngressProcess
  /** Starts the ingress again, at the same port. The caller has ended the one before. */
  startAgain(env?: Environment): Promise<IngressProcess>
  freezeBroker(): Promise<void>
  thawBroker(): void
  killBroker(): Promise<void>
  /** Posts hooks at a steady rate to the ingress, or to these addresses. */
  startLoad(options?: { urls?: () => readonly string[]; perSecond?: number }): HookLoad
}

/**
 * Starts the servers, sets up the topics and starts the ingress. All of it ends with the test file.
 *
 * @param registry `own`: one that the tests may freeze and kill, too
 */
export const startFaultSuite = async (registry: 'own' | 'shared'): Promise<FaultSuite> => {
  const servers = await startServers(registry === 'own' ? ['kafka', 'registry'] : ['kafka'])
  after(() => servers.remove())
  const registryUrl = registry === 'own' ? servers.schemaRegistryUrl : await openSharedRegistry()
  const stack = await openIngressStack(servers.kafkaBrokers, registryUrl)
  after(() => stack.close())
  await stack.setUp()

  const port = String(await freePort())
  const startAgain = async (env: Environment = {}) => {
    ingress = await stack.start({ INGRESS_PORT: port, ...env })
    return ingress
  }
  let ingress = await stack.start({ INGRESS_PORT: port })
  return {
    servers,
    stack,
    ingress: () => ingress,
    startAgain,
    freezeBroker: () => freeze(servers.server('kafka')),
    thawBroker: () => servers.server('kafka').kill('SIGCONT'),
    killBroker: () => killAndWait(servers.server('kafka')),
    startLoad: ({ urls = () => [ingress.hookUrl], perSecond = 25 } = {}) =>
      startHookLoad({ urls, token, perSecond }),
  }
}

export const killAndWait = async (process: {
  kill(signal: NodeJS.Signals): void
  exited: Promise<unknown>
}): Promise<void> => {
  process.kill('SIGKILL')
  await process.exited
}

export const untilSpooling = (ingress: IngressProcess): Promise<void> =>
  eventually(async () => assert.ok((await ingress.metric('ingress_spool_records')) > 0))

/** Waits until a hook is published without a stop in the spool. */
export const untilPublishing = async (ingress: IngressProcess): Promise<void> => {
  await untilDrained(ingress)
  await eventually(async () => {
    const id = crypto.randomUUID()
    const answer = await postHook(ingress.hookUrl, token, id, markedBody(id, 0))
    assert.equal(answer === 'refused' ? answer : answer.status, 200)
  })
}

/** Waits until the ingress has recovered, then stops the load and waits until its last hook is published. */
export const drain = async (ingress: IngressProcess, ...loads: readonly HookLoad[]): Promise<void> => {
  await untilDrained(ingress)
  for (const load of loads) await load.stop()
  await untilDrained(ingress)
}

/** Posts hooks one after the other, each when the one before is answered. */
export const postInOrder = async (
  url: string,
  hooks: readonly { id: string; body: Buffer }[],
): Promise<PostedHook[]> => {
  const posted: PostedHook[] = []
  for (const { id, body } of hooks) {
    const answer = await postHook(url, token, id, body)
    assert.notEqual(answer, 'refused')
    posted.push(answer as PostedHook)
  }
  return posted
}

/** Asserts that no hook of a scenario is lost, and reports the counts. */
export const conclude = async (
  t: TestContext,
  stack: IngressStack,
  posted: readonly PostedHook[],
): Promise<HookCounts> => {
  const counts = await assertNoLoss(stack, posted)
  t.diagnostic(describeCounts(t.name, counts))
  return counts
}

/** The same, for a scenario in which every hook was answered with 2xx. */
export const concludeAllAnswered = async (
  t: TestContext,
  stack: IngressStack,
  posted: readonly PostedHook[],
): Promise<HookCounts> => {
  const counts = await conclude(t, stack, posted)
  const others = posted.filter(({ status = 0 }) => status < 200 || status >= 300)
  assert.equal(counts.answered, counts.posted, JSON.stringify(others.slice(0, 3)))
  return counts
}
