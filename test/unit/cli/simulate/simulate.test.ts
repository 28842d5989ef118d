import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { printedHook, simulate, summaryOf } from '../../../../cli/simulate/simulate.ts'
import { tellStory } from '../../../../cli/simulate/story.ts'
import { simulationTarget } from '../../../../cli/simulate/target.ts'
import { inventedToken } from '../../../../lib/invented-sources.ts'

const begin = Date.parse('2026-11-02T09:00:00Z')
const story = { seed: 'nine', begin, rate: 1000, count: 30 }
const never = new AbortController().signal

/** An ingress that answers as told. @returns its URL and the delivery ids that it was sent */
const startIngress = async (t: TestContext, answer: (response: ServerResponse, number: number) => void) => {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    request.resume().on('end', () => answer(response, requests.push(request)))
  }).listen(0, '127.0.0.1')
  t.after(() => server.close().closeAllConnections())
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/simulate`
  return { requests, target: { url, token: 'made' } }
}

const ok = (response: ServerResponse) => void response.end('{}')
const idsOf = (requests: IncomingMessage[]) => requests.map(({ headers }) => headers['webhook-id'])

test('the hooks of a story are posted in its order, with the headers of GitLab', async (t) => {
  const { requests, target } = await startIngress(t, ok)
  const sent = await simulate(story, target, never, assert.fail)
  const told = [...tellStory({ ...story, stepMs: 1 }).take(30)]
  assert.deepEqual(
    idsOf(requests),
    told.map(({ id }) => id),
  )
  assert.equal(requests[0]?.headers['x-gitlab-token'], 'made')
  assert.equal(requests[0]?.headers['x-gitlab-event'], told[0]?.header)
  assert.match(summaryOf(sent), /^30 hooks: \w+ \d+, /)
  assert.equal(
    [...sent.values()].reduce((sum, count) => sum + count, 0),
    30,
  )
})

test('while the ingress answers 503, the same hook is posted again, and none is left out', async (t) => {
  const warnings: string[] = []
  const { requests, target } = await startIngress(t, (response, number) => {
    response.writeHead(number <= 2 ? 503 : 200).end('{"outcome":"unavailable"}')
  })
  await simulate({ ...story, count: 3 }, target, never, (reason) => void warnings.push(reason))
  const [first, second, third, ...others] = idsOf(requests)
  assert.ok(first === second && second === third)
  assert.equal(others.length, 2)
  assert.equal(warnings.length, 1)
  assert.match(warnings[0] ?? '', /answers 503: .*unavailable/)
})

test('a refused hook ends the simulation with the answer', async (t) => {
  const { target } = await startIngress(t, (response) => response.writeHead(401).end('{"reason":"wrong"}'))
  await assert.rejects(simulate(story, target, never, assert.fail), (error: Error) => {
    assert.equal(error.name, 'UsageError')
    assert.match(error.message, /answers 401: \{"reason":"wrong"\}\nSet INGRESS_SECRET_TOKENS/)
    return true
  })
})

test('Ctrl-C ends it, also while a hook waits, and what was sent is still counted', async (t) => {
  const stopping = new AbortController()
  const { target } = await startIngress(t, (response, number) => {
    response.writeHead(number <= 5 ? 200 : 503).end('{}')
  })
  const sent = await simulate({ ...story, count: undefined }, target, stopping.signal, () => stopping.abort())
  assert.match(summaryOf(sent), /^5 hooks: /)
})

test('a printed hook has what is posted', () => {
  const [hook] = tellStory({ ...story, stepMs: 1 })
  assert.ok(hook)
  const { headers, body } = JSON.parse(printedHook(hook))
  assert.deepEqual([headers['webhook-id'], body], [hook.id, hook.body])
})

test('the hooks go to a local stack with its own Kafka, or where --target says', () => {
  const stack = { hook_url: 'http://127.0.0.1:8080/hooks', secret_token: 'token', kafka_is_embedded: true }
  const token = inventedToken('token', 'simulate')
  assert.deepEqual(simulationTarget(undefined, {}, stack), { url: `${stack.hook_url}/simulate`, token })
  const own = { ...stack, kafka_is_embedded: false }
  assert.throws(() => simulationTarget(undefined, {}, own), /a Kafka of your own.*--target http/)
  assert.throws(() => simulationTarget(undefined, {}, undefined), /No local stack is running/)
  const env = { INGRESS_SECRET_TOKENS: 'other' }
  assert.deepEqual(simulationTarget('https://bridge.example/hooks/', env, own), {
    url: 'https://bridge.example/hooks/simulate',
    token: inventedToken('other', 'simulate'),
  })
  for (const url of ['bridge.example', 'https://bridge.example', 'https://bridge.example/hooks/team-a', ''])
    assert.throws(() => simulationTarget(url, env, stack), /^UsageError: --target: /)
})
