import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../process/eventually.ts'
import type { IngressProcess } from '../process/ingress-process.ts'
import { untilCount } from '../process/until-count.ts'
import { markedBody } from '../records/marked-body.ts'
import { type PostedHook, postHook } from '../records/post-hook.ts'
import { type IngressStack, token } from '../servers/ingress-stack.ts'
import { concludeAllAnswered, drain, untilPublishing } from './fault-suite.ts'
import { type HookLoad, startHookLoad } from './hook-load.ts'
import { outage } from './outage.ts'

/** How many pushes of one project show that the order is kept. */
const seriesLength = 50

/** A fault of the push topic alone. */
export interface TopicFault {
  begin(): Promise<unknown>
  end(): Promise<unknown>
  /** When hooks begin to arrive. If the fault deletes the topic, earlier hooks would be deleted with it. */
  hooks: 'from the start' | 'when the fault has begun'
}

/**
 * Runs an ingress through a fault of the push topic.
 * Hooks of that topic are spooled in order, all others are published,
 * no hook is lost, and the fault is logged once.
 */
export const assertSurvives = async (
  t: TestContext,
  stack: IngressStack,
  { begin, end, hooks }: TopicFault,
): Promise<void> => {
  const ingress = await stack.start({ INGRESS_SPOOL_DIR: await stack.folder() })
  await untilPublishing(ingress)
  if (hooks === 'when the fault has begun') await begin()
  const load = startTopicLoad(ingress)
  const series = startSeries(ingress.hookUrl)
  await load.untilAnswered(40)
  if (hooks === 'from the start') await begin()
  await assertOthersArePublished(ingress, load)
  await untilCount(series.posted, seriesLength)
  await end()
  await untilRecovered(ingress)
  await series.stop()
  await drain(ingress, load)
  await assertInOrder(stack, series.posted)
  await concludeAllAnswered(t, stack, [...load.posted, ...series.posted])
  const logged = ingress.lines.filter((line) => line.includes('a topic is not available'))
  assert.equal(logged.length, 1, 'the fault is logged once')
  await ingress.stop(15_000)
}

/** Pushes, tag pushes and pipelines in turn. */
export const startTopicLoad = (ingress: IngressProcess): HookLoad =>
  startHookLoad({ urls: () => [ingress.hookUrl], token, perSecond: 40 })

/** Waits until the topic is available again and the spool is empty. */
export const untilRecovered = (ingress: IngressProcess): Promise<void> =>
  eventually(async () => {
    assert.equal((await ingress.readiness()).status, 'ready')
    assert.equal(await ingress.metric('ingress_spool_records'), 0)
  }, 180_000)

/**
 * While the fault lasts, pushes are spooled, all other hooks are published, and readiness names the topic.
 */
export const assertOthersArePublished = async (ingress: IngressProcess, load: HookLoad): Promise<void> => {
  await eventually(async () =>
    assert.match((await ingress.readiness()).status, /^degraded: not available: faults-\w+\.gitlab\.push$/),
  )
  await eventually(async () => assert.equal(load.posted.at(-1)?.status, 200))
  const from = load.posted.length
  await outage(3)
  const isPush = ({ topic }: PostedHook) => topic?.endsWith('gitlab.push') === true
  const { pushes = [], others = [] } = Object.groupBy(load.posted.slice(from), (posted) =>
    isPush(posted) ? 'pushes' : 'others',
  )
  assert.deepEqual(statusesOf(pushes), [202])
  assert.deepEqual(statusesOf(others), [200])
  assert.ok((await ingress.metric('ingress_spool_records')) > 0)
}

const statusesOf = (posted: readonly PostedHook[]) => [...new Set(posted.map(({ status }) => status))]

/** Posts numbered pushes of one project until it is stopped, each when the one before is answered. */
const startSeries = (url: string) => {
  const posted: PostedHook[] = []
  const stopping = new AbortController()
  const postAll = async () => {
    for (let number = 0; !stopping.signal.aborted; number++) {
      const id = crypto.randomUUID()
      const answer = await postHook(url, token, id, markedBody(id, 0, { project_id: 4711, number }))
      if (answer === 'refused') return
      posted.push(answer)
      await sleep(20) // The rate of the series, which leaves room for the other hooks.
    }
  }
  const posting = postAll()
  return {
    posted,
    stop: async () => {
      stopping.abort()
      await posting
    },
  }
}

const assertInOrder = async ({ read, names }: IngressStack, posted: readonly PostedHook[]) => {
  const order = new Map(posted.map(({ id }, number) => [id, number]))
  const found = (await read([names.topic('push')]))
    .filter(({ marker }) => order.has(marker))
    .toSorted((a, b) => a.offset - b.offset)
  const numbers = [...new Set(found.map(({ marker }) => order.get(marker) ?? -1))]
  assert.ok(numbers.length >= seriesLength, `the series has only ${numbers.length} hooks on the topic`)
  assert.deepEqual(
    numbers,
    numbers.toSorted((a, b) => a - b),
  )
}
