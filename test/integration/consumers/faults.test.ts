import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Environment } from '../../../lib/config.ts'
import { eventually } from '../../helpers/stack.ts'
import { countOn } from '../../helpers/stack-records.ts'
import { openWorkerStack, type Push, publishPushes, pushConsumer, sorted, startHere, untilCount } from './worker-under-test.ts'

/** The soak run lets everything last longer. */
const scale = process.env.BRIDGE_TEST_SOAK === '1' ? 20 : 1

const effects: { id: string; project: number }[] = []
const flowing = pushConsumer(
  'flowing',
  async ({ delivery, project_id }: Push) => void effects.push({ id: delivery.id, project: project_id }),
)
const stack = await openWorkerStack('faults', [
  flowing,
  pushConsumer('killed', async () => undefined),
  pushConsumer('poisoned', async () => undefined),
])

/** Nothing is missing, nothing is invented, and of each project the first effects come in the order of the events. */
const assertEffects = (found: readonly { id: string; project: number }[], ids: readonly string[]) => {
  assert.deepEqual(sorted(new Set(found.map(({ id }) => id))), sorted(ids))
  const place = new Map(ids.map((id, index) => [id, index]))
  const seen = new Set<string>()
  const last = new Map<number, number>()
  for (const { id, project } of found) {
    if (seen.has(id)) continue
    seen.add(id)
    const index = place.get(id) ?? -1
    assert.ok(index > (last.get(project) ?? -1), `${id} of project ${project} came too late`)
    last.set(project, index)
  }
}

const startProcess = (worker: string, file: string, env: Environment = {}) => {
  const entry = fileURLToPath(new URL('effects-process.ts', import.meta.url))
  return spawn(process.execPath, [entry], {
    env: {
      ...stack.env,
      CONSUMER_SESSION_SECONDS: '6',
      LOG_LEVEL: 'error',
      EFFECTS_WORKER: worker,
      EFFECTS_FILE: file,
      ...env,
    } as NodeJS.ProcessEnv,
    stdio: 'inherit',
  })
}

const linesOf = (file: string, kind: 'attempt' | 'effect') =>
  (existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [])
    .filter((line) => line.startsWith(kind))
    .map((line) => line.split(' '))

test('a kill in the middle of an attempt may repeat that attempt, no more', async (t) => {
  const file = join(await stack.temporaryFolder(), 'effects')
  await publishPushes(stack, 1, { prefix: 'poison', projects: 1 })
  const attempts = () => linesOf(file, 'attempt').filter(([, id]) => id === 'poison-0').length
  const env = { EFFECTS_DELAY_MS: '20', CONSUMER_ATTEMPTS: '4' }
  const first = startProcess('poisoned', file, env)
  await eventually(() => assert.ok(attempts() >= 3))
  first.kill('SIGKILL')
  await once(first, 'exit')
  const second = startProcess('poisoned', file, env)
  t.after(() => second.kill('SIGKILL'))
  await eventually(async () => assert.equal(await countOn(stack, stack.names.deadLetterTopic('poisoned')), 1))
  assert.ok(attempts() <= 5, `${attempts()} attempts, though 4 are allowed and one may be repeated`)
})

test('kill -9 in the middle of a batch loses nothing and keeps the order', async (t) => {
  const file = join(await stack.temporaryFolder(), 'effects')
  const ids = await publishPushes(stack, 2000, { prefix: 'kill' })
  for (const after of [300, 900]) {
    const child = startProcess('killed', file, { EFFECTS_DELAY_MS: '1', CONSUMER_ATTEMPTS: '1' })
    await eventually(() => assert.ok(linesOf(file, 'effect').length >= after))
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  const child = startProcess('killed', file, { CONSUMER_ATTEMPTS: '1' })
  t.after(() => child.kill('SIGKILL'))
  const found = () => linesOf(file, 'effect').map(([, id = '', project]) => ({ id, project: Number(project) }))
  await eventually(() => assert.equal(new Set(found().map(({ id }) => id)).size, 2000))
  assertEffects(found(), ids)
  child.kill('SIGTERM')
  assert.deepEqual(await once(child, 'exit'), [0, null])
})

test('a rebalance every few moments while 20,000 events flow: nothing is lost, the order of each project holds', async (t) => {
  effects.length = 0
  const skipped = await countOn(stack, stack.names.topic('push')) // of the tests before
  const steady = await startHere(stack, flowing)
  t.after(steady.stop)
  await untilCount(effects, skipped)
  effects.length = 0

  const total = 20_000 * scale
  let flown = 0
  const flow = (async () => {
    const ids: string[] = []
    for (; flown < total; flown += 1000) {
      ids.push(...(await publishPushes(stack, 1000, { prefix: 'flow', from: flown, projects: 50 })))
      await sleep(150)
    }
    return ids
  })()
  let rebalances = 0
  while (flown < total) {
    const guest = await startHere(stack, flowing)
    await sleep(400)
    await guest.stop()
    rebalances += 2
  }
  const ids = await flow
  await eventually(() => assert.equal(new Set(effects.map(({ id }) => id)).size, total))
  assertEffects(effects, ids)
  t.diagnostic(`${total} events, ${rebalances} rebalances, ${effects.length - total} handled twice`)
  assert.ok(rebalances >= 4)
})
