// What every tracker must do, against a strict double of each.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { outboundOf } from '../../../../consumers/delivery/send/outbounds.ts'
import { askTracker } from '../../../../consumers/issue-commenter/ask-tracker.ts'
import { type Comment, sentenceOf } from '../../../../consumers/issue-commenter/comment.ts'
import { trackerOf } from '../../../../consumers/issue-commenter/trackers/index.ts'
import {
  type TrackerDestination,
  trackerTypes,
} from '../../../../consumers/issue-commenter/trackers/tracker.ts'
import { destinationFor, type TrackerKind, trackerKinds } from '../../../helpers/servers/trackers/index.ts'
import type { StoredComment } from '../../../helpers/servers/trackers/tracker-double.ts'

const mark = 'bridge-0123456789abcdef0123456789abcdef'
const comment: Comment = {
  actor: 'Mateusz Wrona',
  change: 'opened',
  isDraft: false,
  reference: 'nordlicht/signal!73',
  title: 'Switch lamps by sunset table',
  url: 'https://git.nordlicht.example/nordlicht/signal/-/merge_requests/73',
}

const open = async (t: TestContext, kind: TrackerKind, others: Partial<TrackerDestination> = {}) => {
  const double = await kind.start()
  t.after(double.close)
  const destination = destinationFor(kind, double, others)
  const outbound = outboundOf(destination)
  t.after(() => outbound.close())
  const tracker = trackerOf(destination)
  const ask = askTracker(destination, outbound, AbortSignal.timeout(30_000))
  const task = kind.taskOf(1)
  double.addTask(task)
  return {
    ...{ double, task, tracker },
    add: (to = task, said = comment) => tracker.add(destination, ask, to, sentenceOf(said, mark)),
    find: (since = Date.now(), of = task) => tracker.find(destination, ask, { task: of, mark, since }),
    check: () => tracker.check(destination, ask),
  }
}

const minutesAgo = (minutes: number): number => Date.now() - minutes * 60_000

test('the suite has a double of every kind of tracker', () => {
  assert.deepEqual(trackerKinds.map(({ type }) => type).sort(), [...trackerTypes].sort())
})

for (const kind of trackerKinds) {
  test(`${kind.type}: a comment is written as is documented, and is found by its mark`, async (t) => {
    const { double, task, add, find } = await open(t, kind)
    assert.deepEqual(await find(), { isThere: false })
    assert.equal((await add()).result, 'sent')
    assert.deepEqual(await find(), { isThere: true })
    const [stored] = double.commentsOf(task)
    const text = JSON.stringify(stored?.content)
    assert.match(text, /Merge request .*nordlicht\/signal!73.* was opened.* by .*Mateusz Wrona.*Switch lamps/)
    assert.match(text, new RegExp(`merge_requests/73#${mark}`))
    assert.deepEqual(double.misuses, [])
  })

  test(`${kind.type}: a task that does not exist is told from everything else`, async (t) => {
    const { double, add, find } = await open(t, kind)
    assert.equal((await add(kind.taskOf(404))).result, 'unknown_target')
    const found = await find(Date.now(), kind.taskOf(404))
    assert.equal('result' in found && found.result, 'unknown_target')
    assert.deepEqual(double.misuses, [])
  })

  test(`${kind.type}: an answer 200 that the tracker would not give proves nothing`, async (t) => {
    const { double, task, add, find } = await open(t, kind)
    const empty = '{"result":null,"error_code":null,"error_info":null}'
    for (const body of ['', 'null', '[]', '{}', '"ok"', '{"error":"maintenance"}', '{"errors":{}}', empty]) {
      double.behave(() => ({ status: 200, body }))
      const added = await add()
      assert.deepEqual([added.result, added.answer.effect], ['retry', 'unknown'], body)
      const found = await find()
      assert.equal('result' in found && found.result, 'retry', body)
    }
    assert.deepEqual(double.commentsOf(task), [])
  })

  test(`${kind.type}: a wrong token keeps the comment, and is not seen in the answer`, async (t) => {
    const { double, task, add, find, check } = await open(t, kind, { token: 'api-the-old-token' })
    for (const attempt of [await add(), await find(), await check()]) {
      assert.equal('result' in attempt && attempt.result, 'retry')
      assert.doesNotMatch(JSON.stringify(attempt), /the-old-token/)
    }
    assert.deepEqual(double.commentsOf(task), [])
  })

  test(`${kind.type}: a limit is obeyed, and a failure says if it may have had its effect`, async (t) => {
    const { double, task, add, find } = await open(t, kind, { timeout_seconds: 0.3 })
    double.behave(() => ({ status: 429, headers: { 'retry-after': '7' } }))
    const limited = await add()
    assert.deepEqual(limited.result === 'retry' && [limited.retryAfterMs, limited.answer.effect], [
      7000,
      'none',
    ])
    double.behave(() => ({ status: 302, headers: { location: 'https://login.example/' } }))
    const redirected = await add()
    assert.deepEqual([redirected.result, redirected.answer.effect], ['retry', 'none'])
    for (const fault of ['hang', 'cut', 'sign_in', { status: 503 }] as const) {
      double.behave(() => fault)
      const { result, answer } = await add()
      assert.deepEqual([result, answer.effect], ['retry', 'unknown'], String(fault))
      const found = await find()
      assert.equal('result' in found && found.result, 'retry')
    }
    assert.deepEqual(double.commentsOf(task), [])
    for (const fault of ['stored_then_cut', 'stored_then_failed'] as const) {
      double.addTask(task)
      double.behave(() => fault)
      const { result, answer } = await add()
      assert.deepEqual([result, answer.effect], ['retry', 'unknown'], fault)
      double.behave(() => undefined)
      assert.deepEqual(await find(), { isThere: true })
    }
    await double.close()
    // The first request may still use a connection that was open.
    await add()
    assert.equal((await add()).answer.effect, 'none')
  })

  test(`${kind.type}: a mark is found on a later page, and pages of long ago are not read`, async (t) => {
    const { double, task, tracker, find } = await open(t, kind)
    const written = (text: string) => tracker.write([{ kind: 'ours', text }])
    const long = 'another comment '.repeat(200)
    const many = (minutes: number): StoredComment[] =>
      Array.from({ length: 150 }, () => ({ at: minutesAgo(minutes), content: written(long) }))
    const marked = { at: minutesAgo(5), content: written(`a comment with ${mark}`) }
    double.addTask(task, [...many(60), marked, ...many(1)])
    assert.deepEqual(await find(minutesAgo(6)), { isThere: true })
    const before = double.requests.length
    double.addTask(task, [...many(60), ...many(60)])
    assert.deepEqual(await find(minutesAgo(6)), { isThere: false })
    assert.equal(double.requests.length - before, 1)
    assert.deepEqual(double.misuses, [])
  })

  test(`${kind.type}: a check says whether the token is accepted, and writes nothing`, async (t) => {
    const { double, task, check } = await open(t, kind)
    const { result, answer } = await check()
    assert.equal(result, 'sent')
    assert.match(answer.text, /(signed in as bridge-bot|accepted).*; no comment was written/)
    assert.deepEqual([double.commentsOf(task), double.misuses], [[], []])
  })

  test(`${kind.type}: without an address of the merge request, the mark is in the text`, async (t) => {
    const { task, add, find } = await open(t, kind)
    assert.equal((await add(task, { ...comment, url: null, actor: null, title: '' })).result, 'sent')
    assert.deepEqual(await find(), { isThere: true })
  })
}

test('jira: a limit without Retry-After ends when Jira says, and its reason is kept', async (t) => {
  const [, kind] = trackerKinds
  assert.ok(kind)
  const { double, add } = await open(t, kind)
  const reset = new Date(Date.now() + 60_000).toISOString()
  const headers = { 'x-ratelimit-reset': reset, 'ratelimit-reason': 'jira-per-issue-on-write' }
  double.behave(() => ({ status: 429, headers }))
  const limited = await add()
  assert.ok(limited.result === 'retry' && Number(limited.retryAfterMs) > 50_000)
  assert.match(limited.answer.text, /^jira-per-issue-on-write: /)
})

test('jira: a task that the account may not comment on does not hold up the others', async (t) => {
  const [, kind] = trackerKinds
  assert.ok(kind)
  const { double, add } = await open(t, kind)
  const body = '{"errorMessages":["You do not have permission to comment."],"errors":{}}'
  double.behave(() => ({ status: 403, body }))
  assert.equal((await add()).result, 'refused')
  double.behave(() => ({ status: 403, body: '<html>Blocked by the proxy</html>' }))
  assert.equal((await add()).result, 'retry')
})
