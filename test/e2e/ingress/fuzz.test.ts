// Thousands of malformed and hostile requests to a real ingress process without servers.
// It must accept every whole
// hook with valid credentials and nothing else, and must neither crash nor grow.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, test } from 'node:test'
import { fuzzCases, fuzzToken } from '../../helpers/faults/fuzz-cases.ts'
import { isSoak } from '../../helpers/faults/outage.ts'
import { createSeededRandom } from '../../helpers/faults/seeded-random.ts'
import { sendRaw } from '../../helpers/faults/send-raw.ts'
import { startIngressWithoutServers } from '../../helpers/process/ingress-without-servers.ts'

const requests = isSoak ? 200_000 : 10_000
const connectionsAtATime = 96
const ingress = await startIngressWithoutServers({
  INGRESS_SECRET_TOKENS: fuzzToken,
  INGRESS_MAX_BODY_BYTES: '100000',
  INGRESS_BODY_TIMEOUT_SECONDS: '1',
  INGRESS_FAILED_LOGINS_PER_MINUTE: '1000000',
})
after(() => ingress.remove())

const memoryMegabytes = async () => {
  const rss = await ingress.metric('process_resident_memory_bytes')
  const heap = await ingress.metric('nodejs_heap_size_used_bytes')
  assert.ok(rss > 0 && heap > 0)
  return { rss: rss / 2 ** 20, heap: heap / 2 ** 20 }
}

/** Sends the cases with these numbers on many connections at a time, and collects what came back. */
const createFuzzer = () => {
  const expected = new Set<string>()
  const statuses = new Map<number, number>()
  const wrong: string[] = []
  const runOne = async (number: number) => {
    const random = createSeededRandom(number * 2654435761)
    const id = createHash('sha1').update(String(number)).digest('hex')
    const { name, pieces, accepted = [] } = random.pick(fuzzCases)(random, id)
    for (const each of accepted) expected.add(each)
    const { statuses: seen, text } = await sendRaw(ingress.hookUrl, pieces, 3000)
    for (const status of seen) statuses.set(status, (statuses.get(status) ?? 0) + 1)
    const isCountRight = seen.filter((status) => status === 202).length === accepted.length
    if (!isCountRight || seen.some(isServerError))
      wrong.push(`case ${number}, ${name}: ${seen} ${text.slice(0, 200)}`)
  }
  let next = 0
  const run = async (count: number) => {
    const end = next + count
    const connection = async () => {
      while (next < end) await runOne(next++)
    }
    await Promise.all(Array.from({ length: connectionsAtATime }, connection))
  }
  return { run, expected, statuses, wrong }
}

/** 501 and 505 are right answers to a transfer coding and to a version that the server does not know. */
const isServerError = (status: number) => status < 100 || (status >= 500 && status !== 501 && status !== 505)

test(`of ${requests} hostile requests only valid hooks are accepted; no crash, no growth`, async (t) => {
  const { run, expected, statuses, wrong } = createFuzzer()
  await run(requests * 0.3)
  const before = await memoryMegabytes()
  await run(requests * 0.7)
  const afterwards = await memoryMegabytes()

  assert.deepEqual(wrong.slice(0, 5), [], `${wrong.length} cases went wrong`)
  const accepted = (await ingress.acceptedHooks()).map(({ id }) => String(id))
  assert.deepEqual(new Set(accepted), expected)
  assert.equal(accepted.length, expected.size)
  assert.equal((await fetch(`${ingress.operationsUrl}/livez`)).status, 200)
  assert.equal(await ingress.metric('ingress_in_flight_hooks'), 0)
  assert.doesNotMatch(ingress.lines.join('\n'), /unhandled|uncaught|TypeError|RangeError|request failed/i)

  const answers = [...statuses].sort().map(([status, count]) => `${status} × ${count}`)
  t.diagnostic(`answers: ${answers.join(', ')}; accepted ${accepted.length}`)
  const growth = (of: 'rss' | 'heap') => `${before[of].toFixed(0)} → ${afterwards[of].toFixed(0)} MB`
  t.diagnostic(`memory: rss ${growth('rss')}, heap ${growth('heap')}`)
  // A young process still grows into its heap; a process that has seen 60,000 requests does not.
  const maxFactor = isSoak ? 1.15 : 1.6
  assert.ok(afterwards.rss < before.rss * maxFactor + 20, `rss ${growth('rss')}`)
})
