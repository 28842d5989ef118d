import assert from 'node:assert/strict'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { createSource } from '../../../ingress/auth/source.ts'
import type { Hook } from '../../../ingress/hook.ts'
import { unlimited } from '../../../ingress/http/unproven-bodies.ts'
import { createIngressMetrics } from '../../../ingress/metrics.ts'
import type { Kept, TurnedAway } from '../../../ingress/outcome.ts'
import { createReceive, type Stages } from '../../../ingress/receive.ts'
import { TopicUnavailableError } from '../../../ingress/record/topic-unavailable-error.ts'
import { RetriableError } from '../../../lib/errors.ts'
import { createMetrics } from '../../../lib/metrics/metrics.ts'
import { createNames } from '../../../schemas/topics.ts'
import { recordingLogger } from '../../helpers/process/recording-logger.ts'
import { deliverBy } from '../../helpers/records/fake-deliver.ts'

const body = Buffer.from('{"object_kind":"push"}')
const published: Kept = { kind: 'published', event: 'push', topic: 'gitlab.push', id: 'x' }
const source = createSource('acme', {
  secret_tokens: ['secret'],
  signing_tokens: [],
  require_signature: false,
  allowed_cidrs: [],
  instance: 'https://git.example',
})

/** Every stage that is not given succeeds. `steps` lists the stages that ran, `hooks` the kept hooks. */
const receiving = (
  stages: Partial<Omit<Stages, 'deliveryPath'>> & { deliver?: (hook: Hook) => Promise<Kept> } = {},
  { spooled = 0, isSpoolFull = false, isDiskHanging = false } = {},
) => {
  const steps: string[] = []
  const hooks: Hook[] = []
  const { logger, lines } = recordingLogger()
  const step = <A extends unknown[], R>(name: string, stage: (...given: A) => R) => {
    return (...given: A): R => {
      steps.push(name)
      return stage(...given)
    }
  }
  const append = async (hook: Hook, topic?: string) => {
    steps.push(topic === undefined ? 'spool' : `spool of ${topic}`)
    if (isSpoolFull) throw new RetriableError('the spool is full')
    if (isDiskHanging) await new Promise(() => {})
    hooks.push(hook)
  }
  const receive = createReceive({
    unproven: () => unlimited,
    publishDeadlineMs: 100,
    answerWithinMs: 2000,
    names: createNames(''),
    metrics: createIngressMetrics(createMetrics()),
    logger,
    logHook: () => undefined,
    resends: { compare: () => 'new' } as unknown as Stages['resends'],
    credentials: { noteUse: () => undefined },
    spools: {
      append,
      appendAll: async (appended, topic) =>
        void (await Promise.all(appended.map((hook) => append(hook, topic)))),
      isHanging: () => false,
      common: { state: { records: spooled } },
    },
    ...stages,
    admit: step('admit', stages.admit ?? (() => ({ source, proof: 'token', label: '1' }))),
    throttle: step('throttle', stages.throttle ?? ((_request, refusal) => refusal)),
    readBody: step('read', stages.readBody ?? (async () => body)),
    deliveryPath: {
      deliver: deliverBy(
        step('deliver', async (hook) => {
          hooks.push(hook)
          return (stages.deliver ?? (async () => published))(hook)
        }),
      ),
      pause: () => undefined,
      resume: () => undefined,
      state: () => 'open',
    },
  })
  const post = (headers: IncomingHttpHeaders = {}) => receive({ headers } as IncomingMessage, 'acme')
  return { post, steps, hooks, lines }
}
const refusal: TurnedAway = { kind: 'unauthenticated', reason: 'the secret token is wrong' }

test('a hook passes every stage once, in order', async () => {
  const { post, steps } = receiving()
  assert.deepEqual(await post(), published)
  assert.deepEqual(steps, ['admit', 'read', 'deliver'])
})

test('the body of an unknown sender is not read', async () => {
  const { post, steps } = receiving({ admit: () => refusal })
  assert.deepEqual(await post(), refusal)
  assert.deepEqual(steps, ['admit', 'throttle'])
})

test('a body that could not be read ends the way of the hook, and its sender is not throttled', async () => {
  const { post, steps } = receiving({ readBody: async () => ({ kind: 'too_slow', reason: 'slow' }) })
  assert.equal((await post()).kind, 'too_slow')
  assert.deepEqual(steps, ['admit', 'read'])
})

test('an unproven sender that completes no body is treated like one that failed', async () => {
  const signed = { id: 'x', timestamp: '1', signatures: [] }
  const { post, steps } = receiving({
    admit: () => ({ source, proof: 'signature', signed }),
    readBody: async () => ({ kind: 'too_slow', reason: 'slow' }),
  })
  assert.equal((await post()).kind, 'too_slow')
  assert.deepEqual(steps, ['admit', 'read', 'throttle'])
})

test('a wrong signature is found before the body is used', async () => {
  const signed = { id: 'x', timestamp: '1', signatures: [] }
  const { post, steps } = receiving({ admit: () => ({ source, proof: 'signature', signed }) })
  assert.equal((await post()).kind, 'unauthenticated')
  assert.deepEqual(steps, ['admit', 'read', 'throttle'])
})

test('a hook that the brokers do not acknowledge is spooled, and the answer names its event', async () => {
  const { post, steps } = receiving({
    deliver: () => Promise.reject(new RetriableError('no acknowledgement')),
  })
  assert.partialDeepStrictEqual(await post(), { kind: 'spooled', event: 'push', topic: 'gitlab.push' })
  assert.deepEqual(steps, ['admit', 'read', 'deliver', 'spool'])
})

test('a hook whose topic is unavailable goes to the spool of that topic, without a log line', async () => {
  const { post, steps, lines } = receiving({
    deliver: () => Promise.reject(new TopicUnavailableError('gitlab.push', 'gone')),
  })
  assert.partialDeepStrictEqual(await post(), { kind: 'spooled', event: 'push', topic: 'gitlab.push' })
  assert.deepEqual([steps, lines], [['admit', 'read', 'deliver', 'spool of gitlab.push'], []])
})

test('while hooks wait in the spool, a new hook goes behind them', async () => {
  const { post, steps } = receiving({}, { spooled: 1 })
  assert.equal((await post()).kind, 'spooled')
  assert.deepEqual(steps, ['admit', 'read', 'spool'])
})

test('a hook that finds the spool full is published before those in it', async () => {
  const { post, steps } = receiving({}, { spooled: 1, isSpoolFull: true })
  assert.deepEqual(await post(), published)
  assert.deepEqual(steps, ['admit', 'read', 'spool', 'deliver'])
})

test('the time that the body took to arrive is taken from the time of the brokers', async () => {
  const slowly = (ms: number) => async () => {
    const since = performance.now()
    while (performance.now() - since < ms) await new Promise(setImmediate)
    return body
  }
  const brokersHadMs = async (bodyMs: number) => {
    let since = 0
    const deliver = () => {
      since = performance.now()
      return new Promise<Kept>(() => {})
    }
    await receiving({ deliver, publishDeadlineMs: 500, readBody: slowly(bodyMs) }).post()
    return performance.now() - since
  }
  // On a busy machine one of several measurements must lie between the limits.
  const assertBrokersHave = async (bodyMs: number, [leastMs, mostMs]: [number, number]) => {
    const measured: number[] = []
    const isBetween = (ms: number) => ms >= leastMs && ms <= mostMs
    while (measured.length < 10 && !measured.some(isBetween)) measured.push(await brokersHadMs(bodyMs))
    assert.ok(measured.some(isBetween), `${measured} ms after a body of ${bodyMs} ms`)
  }
  await assertBrokersHave(100, [350, 450])
  // Healthy brokers need no more than 300 ms.
  await assertBrokersHave(600, [299, 350])
})

test('a hook was received when its body was complete and authenticated, not when it began', async () => {
  const before = Date.now()
  const readBody = async () => {
    await new Promise((resolve) => setTimeout(resolve, 50))
    return body
  }
  const { post, hooks } = receiving({ readBody })
  await post()
  assert.ok(Number(hooks[0]?.receivedAt) >= before + 45)
})

test('a hook that neither the brokers nor the disk accept is not kept; the log has an error', async () => {
  const { post, lines } = receiving(
    { deliver: () => Promise.reject(new RetriableError('down')) },
    { isSpoolFull: true },
  )
  assert.equal((await post()).kind, 'unavailable')
  assert.ok(lines.some(({ level, fields }) => level === 'error' && fields.error === 'the spool is full'))
})

for (const spooled of [0, 1]) {
  test(`a disk that hangs does not hold up the answer, with ${spooled} hooks in the spool`, async () => {
    const answerWithinMs = 1000
    const { post, steps } = receiving(
      { answerWithinMs, deliver: () => Promise.reject(new RetriableError('down')) },
      { spooled, isDiskHanging: true },
    )
    const startedAt = performance.now()
    assert.equal((await post()).kind, 'unavailable')
    const tookMs = performance.now() - startedAt
    assert.ok(tookMs > answerWithinMs - 50 && tookMs < answerWithinMs + 1500, `${tookMs} ms`)
    assert.deepEqual(steps.slice(2), spooled === 0 ? ['deliver', 'spool'] : ['spool', 'deliver', 'spool'])
  })
}

test('a slow body leaves the disk less time, but never less than a healthy disk needs', async () => {
  const slowly = async () => {
    await new Promise((resolve) => setTimeout(resolve, 800))
    return body
  }
  const { post } = receiving(
    { answerWithinMs: 900, readBody: slowly, deliver: () => Promise.reject(new RetriableError('down')) },
    { isDiskHanging: true },
  )
  const startedAt = performance.now()
  assert.equal((await post()).kind, 'unavailable')
  const tookMs = performance.now() - startedAt
  assert.ok(tookMs > 1050 && tookMs < 2500, `${tookMs} ms`)
})

test('the id is the one of GitLab, which is the same in a resend', async () => {
  const { post, hooks } = receiving()
  await post({ 'webhook-id': 'by-webhook-id', 'idempotency-key': 'by-key' })
  await post({ 'idempotency-key': 'by-key' })
  assert.deepEqual(
    hooks.map(({ id }) => id),
    ['by-webhook-id', 'by-key'],
  )
})

test('a hook without an id, or with an id that is long or not plain ASCII, gets a new one', async () => {
  const { post, hooks } = receiving()
  for (const id of [undefined, undefined, '', 'two words', 'ä', 'x'.repeat(201), 'a\tb'])
    await post(id === undefined ? {} : { 'webhook-id': id })
  assert.equal(new Set(hooks.map(({ id }) => id)).size, 7)
  for (const { id } of hooks) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-/)
})

test('no credential stays with the hook, neither in the spool nor in a record', async () => {
  for (const spooled of [0, 1]) {
    const { post, hooks, lines } = receiving({}, { spooled })
    await post({
      'x-gitlab-token': 'marker-4711',
      'webhook-signature': 'v1,marker-4711',
      authorization: 'Basic marker-4711',
      cookie: 'marker-4711',
      'x-gitlab-event': 'Push Hook',
    })
    assert.equal(hooks[0]?.headers['x-gitlab-event'], 'Push Hook')
    assert.doesNotMatch(JSON.stringify([hooks, lines]), /4711/)
  }
})

test('the configured instance of a source replaces the one in the header', async () => {
  const { post, hooks } = receiving()
  await post({ 'x-gitlab-instance': 'https://elsewhere.example' })
  assert.deepEqual(
    [hooks[0]?.headers['x-gitlab-instance'], hooks[0]?.source],
    ['https://git.example', 'acme'],
  )
})
