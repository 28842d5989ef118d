import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkGitlab } from '../../../../consumers/reviewer-mentions/send-test.ts'
import { eventually } from '../../../helpers/process/eventually.ts'
import { seriesValue } from '../../../helpers/process/series-value.ts'
import { openMentionTest } from '../../../helpers/records/mention-harness.ts'
import { serverError } from '../../../helpers/servers/gitlab-api/faults.ts'

test('people whose entries match are mentioned in one note, and those who take part are not', async (t) => {
  const { send, notes, addNote, double } = await openMentionTest(t)
  addNote('hsato', 'I had a look.')
  assert.equal((await send()).result, 'sent')
  assert.deepEqual(notes(), [
    '@lberg, @akovac: this merge request changes something that you want to hear about.\n\n' +
      '<!-- gitlab-kafka-bridge: reviewer-mentions -->',
  ])
  assert.equal((await send()).answer.text, 'nobody is mentioned: all take part or are mentioned already')
  assert.equal(notes().length, 1)
  assert.deepEqual(double.misuses, [])
})

test('a note whose fate is unknown is found again, and is edited when a further entry matches', async (t) => {
  const { send, planOf, notes, mergeRequest, double } = await openMentionTest(t)
  assert.ok((await planOf()).readsFirst)
  mergeRequest.changed_paths = [{ old_path: 'README.md', new_path: 'README.md' }]
  double.fail({ kind: 'stored_then_cut' }, { method: 'POST' })
  const first = await send()
  assert.deepEqual([first.result, first.answer.effect], ['retry', 'unknown'])
  assert.equal((await send()).result, 'sent')
  assert.deepEqual(mentionsIn(notes()), [['lberg', 'hsato']])

  mergeRequest.changed_paths = [{ old_path: 'lamps/red.ts', new_path: 'lamps/green.ts' }]
  double.fail(serverError, { method: 'PUT' })
  assert.equal((await send()).result, 'retry')
  assert.match((await send()).answer.text, /^edited the note \d+$/)
  assert.deepEqual(mentionsIn(notes()), [['lberg', 'hsato', 'akovac']])
})

const mentionsIn = (bodies: readonly string[]) =>
  bodies.map((body) => [...body.matchAll(/@(\w+)/g)].map(([, name]) => name))

test('the mark in the note of another account is not taken for the note of the bridge', async (t) => {
  const { send, notes, addNote } = await openMentionTest(t)
  addNote('lberg', 'Copied: <!-- gitlab-kafka-bridge: reviewer-mentions -->')
  assert.equal((await send()).result, 'sent')
  assert.deepEqual(mentionsIn(notes()), [['hsato', 'akovac']])
})

test('nobody is mentioned on a merge request that is closed or a draft by then', async (t) => {
  const { send, notes, mergeRequest } = await openMentionTest(t)
  for (const [changes, text] of [
    [{ draft: true }, 'it is a draft'],
    [{ draft: false, state: 'merged' }, 'it is merged'],
  ] as const) {
    Object.assign(mergeRequest, changes)
    assert.deepEqual(await send(), { result: 'sent', answer: { text: `nobody is mentioned: ${text}` } })
  }
  assert.deepEqual(notes(), [])
})

test('an outage and a refused token are waited for, and what is gone is a dead letter', async (t) => {
  const { send, double, place } = await openMentionTest(t)
  const limit = { kind: 'answer', status: 429, headers: { 'retry-after': '600' } } as const
  double.fail(limit, { path: /73$/ })
  const limited = await send()
  assert.deepEqual([limited.result, 'retryAfterMs' in limited && limited.retryAfterMs], ['retry', 600_000])
  double.fail({ kind: 'hang' }, { path: /diffs/, times: 9 })
  assert.equal((await send(place, { timeout_seconds: 0.3 })).result, 'retry')
  double.stopFailing()
  const [token] = double.state.tokens
  Object.assign(token ?? {}, { revoked: true })
  const refused = await send()
  assert.deepEqual([refused.result, refused.answer.status], ['retry', 401])
  assert.match(refused.answer.text, /destinations\.gitlab\.token of ROUTES_FILE/)
  Object.assign(token ?? {}, { revoked: false })
  assert.equal((await send({ ...place, iid: 999 })).result, 'refused')
  const other = await send({ ...place, url: 'https://other.example/a/b/-/merge_requests/1' })
  assert.equal(other.result, 'refused')
  assert.match(other.answer.text, /another GitLab/)
})

test('a test of the destination says whether the token may write notes', async (t) => {
  const { destination, double } = await openMentionTest(t)
  assert.equal((await checkGitlab(destination)).result, 'sent')
  Object.assign(double.state.tokens[0] ?? {}, { scopes: ['read_api'] })
  assert.equal((await checkGitlab(destination)).result, 'refused')
  assert.equal((await checkGitlab({ ...destination, token: 'wrong' })).answer.status, 401)
})

test('a name of a group, of nobody or of a blocked user on the list is not mentioned', async (t) => {
  const list = ['nordlicht', 'LBERG', 'nobody', 'hsato']
  const { send, notes, double } = await openMentionTest(t, { find: async () => list })
  const blocked = double.state.users.find(({ username }) => username === 'hsato')
  Object.assign(blocked ?? {}, { state: 'blocked' })
  const { text } = (await send()).answer
  assert.match(text, /^added the note \d+; no active user of GitLab is called nordlicht, nobody, hsato$/)
  assert.deepEqual(mentionsIn(notes()), [['LBERG']])
  const again = await send()
  assert.equal(
    again.answer.text,
    'nobody is mentioned; no active user of GitLab is called nordlicht, nobody, hsato',
  )
  assert.deepEqual(double.misuses, [])
})

test('the series of a token end with the address of its GitLab, unless another has it', async (t) => {
  const { destination, destinations, metrics } = await openMentionTest(t)
  const state = (gitlab: string) =>
    seriesValue(metrics, 'gitlab_api_token_state', { gitlab, state: 'unknown' })
  const old = new URL(destination.url).origin
  const second = { ...destination, name: 'second' }
  const moved = { ...destination, url: 'http://127.0.0.1:9' }
  destinations.splice(0, 1, moved, second)
  await eventually(async () => assert.notEqual(await state('http://127.0.0.1:9'), undefined))
  assert.notEqual(await state(old), undefined)
  destinations.splice(1, 1)
  await eventually(async () => assert.equal(await state(old), undefined))
  destinations.splice(0, 1, { ...destination, name: 'third' })
  await eventually(async () => assert.notEqual(await state(old), undefined))
  assert.equal(await state('http://127.0.0.1:9'), undefined)
})
