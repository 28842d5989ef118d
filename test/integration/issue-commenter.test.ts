// Trackers behind the commenter: one comment for each fact and task, whatever fails.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import type { Consumer } from '../../consumers/consumer.ts'
import { pauseDestinations, resumeDestination } from '../../consumers/delivery/outbox/destination-state.ts'
import { issueCommenter } from '../../consumers/issue-commenter/issue-commenter.ts'
import { createReadPool, query } from '../../lib/database.ts'
import { createSeededRandom } from '../helpers/faults/seeded-random.ts'
import { eventually } from '../helpers/process/eventually.ts'
import { readSeries } from '../helpers/process/read-series.ts'
import { assertAccepted } from '../helpers/records/accepted.ts'
import { post } from '../helpers/records/hooks.ts'
import {
  type MergeRequestFact,
  mergeRequestBody,
  mergeRequestRecord,
} from '../helpers/records/merge-request-hooks.ts'
import { botToken, seedMergeRequest } from '../helpers/servers/gitlab-api/seed.ts'
import { startGitlabApi } from '../helpers/servers/gitlab-api/start-gitlab-api.ts'
import { createCommenter } from '../helpers/servers/trackers/create-commenter.ts'
import { destinationFor, entryFor, trackerKinds } from '../helpers/servers/trackers/index.ts'
import { behaveBadly } from '../helpers/servers/trackers/random-outages.ts'
import { openWorkerStack } from '../helpers/servers/worker-stack.ts'

const stack = await openWorkerStack('issue-commenter', [issueCommenter as unknown as Consumer])
const store = { pool: createReadPool(stack.databaseUrl, 'test', 12), schema: 'issue_commenter' }
after(() => store.pool.end())

/** Outboxes of all tests are in one database, so that each destination has a name of its own. */
const unique = (name: string) => `${name}-${randomBytes(4).toString('hex')}`

const trackers = await Promise.all(
  trackerKinds.map(async (kind) => ({ kind, name: unique(kind.type), double: await kind.start() })),
)
after(() => Promise.all(trackers.map(({ double }) => double.close())))

const runs = Number(process.env.BRIDGE_TEST_RUNS ?? (process.env.BRIDGE_TEST_SOAK === '1' ? 1000 : 6))
/** A run waits for time-outs most of the time. So many run at once, each with trackers of its own. */
const width = Math.min(runs, 10)

test(`one comment for each fact and task in ${runs} random orders of repeats and outages`, async () => {
  const facts: readonly MergeRequestFact[] = ['open', 'ready', 'merge']
  const places = await Promise.all(
    Array.from({ length: width }, () =>
      Promise.all(trackerKinds.map(async (kind) => ({ kind, double: await kind.start() }))),
    ),
  )
  after(() => Promise.all(places.flat().map(({ double }) => double.close())))
  let run = 0
  const property = async (place: (typeof places)[number], seed: number) => {
    const random = createSeededRandom(seed)
    const { kind, double } = random.pick(place)
    const destination = destinationFor(kind, double, { name: unique(kind.type), timeout_seconds: 0.1 })
    const commenter = createCommenter(store, destination)
    const id = Number.parseInt(randomBytes(5).toString('hex'), 16)
    const tasks = [1, 2].map((number) => kind.taskOf(10 * ++run + number))
    for (const task of tasks) double.addTask(task)
    const named = {
      id,
      description: `Bug: ${tasks[0]}`,
      message: `Lamps\n\nBug: ${tasks[1]}\nBug: ${tasks[0]}`,
    }
    // Each fact is reported by up to three hooks, and each of them may be sent again.
    const reports = facts.flatMap((fact, at) =>
      Array.from({ length: 1 + random.below(3) }, () => mergeRequestRecord(fact, { ...named, at })),
    )
    const deliveries = [...reports, ...reports.filter(() => random.chance(0.4))]
    behaveBadly(double, random, commenter.crash)
    while (deliveries.length > 0) {
      const [next] = deliveries.splice(random.below(deliveries.length), 1)
      if (next !== undefined) await commenter.handle(next)
      while (random.chance(0.6)) await commenter.send()
    }
    double.behave(() => undefined)
    while ((await commenter.waiting()) > 0) await commenter.send()
    await commenter.close()
    for (const task of tasks) {
      const marks = double
        .commentsOf(task)
        .map(({ content }) => /bridge-\w+/.exec(JSON.stringify(content))?.[0])
      assert.equal(marks.length, facts.length, `seed ${seed}, ${task}: ${marks}`)
      assert.equal(new Set(marks).size, facts.length)
    }
  }
  const seeds = fc.array(fc.nat(), { minLength: width, maxLength: width })
  const rounds = fc.asyncProperty(seeds, async (given) => {
    await Promise.all(places.map((place, index) => property(place, given[index] ?? 0)))
  })
  await fc.assert(rounds, { numRuns: Math.ceil(runs / width), endOnFailure: true })
  for (const { double } of places.flat()) assert.deepEqual(double.misuses, [])
})

test('the process reads all commits, comments on each task, and drops an unknown one', async (t) => {
  const gitlab = await startGitlabApi()
  t.after(() => gitlab.stop())
  const { mergeRequest } = seedMergeRequest(gitlab)
  mergeRequest.commits.push(
    ...['Lamps\n\nBug: T21', 'Lamps\n\nBug: OPS-22\nBug: OPS-404'].map((message, index) => ({
      ...{ id: `${index}`.repeat(40), short_id: `${index}`.repeat(8), title: 'Lamps', message },
      ...{ created_at: '2026-10-06T12:00:00Z', author_name: 'Mateusz Wrona' },
    })),
  )
  const [conduit, jira] = trackers
  assert.ok(conduit && jira)
  for (const task of ['T20', 'T21']) conduit.double.addTask(task)
  jira.double.addTask('OPS-22')
  const file = join(await stack.temporaryFolder(), 'routes.yaml')
  const route = { to: trackers.map(({ name }) => name), visibility: ['public', 'internal', 'private'] }
  const destinations = trackers.map(({ kind, name, double }) => [name, entryFor(kind, double)])
  await writeFile(file, JSON.stringify({ destinations: Object.fromEntries(destinations), routes: [route] }))
  const [ingress, worker] = await Promise.all([
    stack.startIngress(),
    stack.startReady(['consumer', 'issue-commenter'], {
      ISSUE_COMMENTER_DATABASE_URL: stack.databaseUrl,
      ROUTES_FILE: file,
      GITLAB_API_URL: gitlab.url,
      ISSUE_COMMENTER_GITLAB_API_TOKEN: botToken,
    }),
  ])
  const send = async (fact: MergeRequestFact, at: number, header = 'Merge Request Hook') => {
    const headers = { 'x-gitlab-event': header, 'x-gitlab-instance': gitlab.url }
    const body = mergeRequestBody(fact, { description: 'Bug: T20', at })
    const answer = await post(ingress.hookUrl, body, headers)
    assertAccepted(answer.body, 'merge_request', answer.status)
  }
  const commented = () =>
    Object.fromEntries([
      ...['T20', 'T21'].map((task) => [task, conduit.double.commentsOf(task).length]),
      ['OPS-22', jira.double.commentsOf('OPS-22').length],
    ])
  await send('open', 1)
  await send('open', 1, 'System Hook')
  await send('update', 2)
  await send('merge', 3)
  await eventually(() => assert.deepEqual(commented(), { T20: 2, T21: 2, 'OPS-22': 2 }))
  const [opened, merged] = conduit.double.commentsOf('T21').map(({ content }) => String(content))
  assert.match(
    opened ?? '',
    /^Merge request \[\[ \S+#bridge-\w+ \| nordlicht\/signal!73 \]\] was opened by `Mat/,
  )
  assert.match(merged ?? '', / was merged by `Mateusz Wrona`: `Switch lamps by sunset table`$/)
  const unknown = `outbox_settled_total{destination="${jira.name}",outcome="unknown_target"}`
  await eventually(async () => assert.equal(await readSeries(worker.metricsUrl, unknown), 2))
  for (const { double } of trackers) assert.deepEqual(double.misuses, [])
  assert.deepEqual(gitlab.misuses, [])

  // Of a full outbox, the comment is made again from the record in Kafka.
  await pauseDestinations(store, [conduit.name], 'paused', 'a test')
  await send('reopen', 4)
  const held = `update issue_commenter.messages set content = null, bytes = 0
    where destination = $1 and state = 'waiting' returning 1`
  await eventually(async () => assert.equal((await query(store.pool, held, [conduit.name])).length, 2))
  await resumeDestination(store, conduit.name, 'send')
  await eventually(() => assert.deepEqual(commented(), { T20: 3, T21: 3, 'OPS-22': 3 }))
})
