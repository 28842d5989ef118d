import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deliver, hookOf } from '../helpers/records/deliver.ts'
import { corpus, fixture, fixtures, type Sample } from '../helpers/records/samples.ts'

type Body = Record<string, unknown>

const topicOf = async (body: Body | Buffer | string, headers: Sample['headers'] = {}): Promise<string> =>
  (await deliver(hookOf(body, headers))).message.topic

const bodyOf = (sample: string): Body => JSON.parse(fixture(sample).body.toString()) as Body

const isConfidentialTopic = (topic: string): boolean => topic.startsWith('gitlab.confidential_')

/** Every place at which GitLab marks an object as confidential or internal, in a body of that sample. */
const marks: readonly [sample: string, mark: Body][] = [
  ['issue', { object_attributes: { confidential: true } }],
  ['issue', { event_type: 'confidential_issue' }],
  ['work_item', { object_attributes: { confidential: true } }],
  ['work_item', { event_type: 'confidential_work_item' }],
  ['note', { object_attributes: { internal: true } }],
  ['note', { issue: { confidential: true } }],
  ['note', { work_item: { confidential: true } }],
  ['note', { event_type: 'confidential_note' }],
  ['emoji', { issue: { confidential: true } }],
  ['emoji', { work_item: { confidential: true } }],
  ['emoji', { note: { internal: true } }],
  ['emoji', { note: { confidential: true } }],
]

test('a body that GitLab marks as confidential or internal anywhere reaches no open topic', async () => {
  for (const [sample, mark] of marks)
    for (const value of [true, 'true']) {
      const [place = '', marked] = Object.entries(mark)[0] ?? []
      const body = bodyOf(sample)
      body[place] =
        typeof marked === 'string'
          ? marked
          : {
              ...(body[place] as Body | undefined),
              ...Object.fromEntries(Object.keys(marked as Body).map((key) => [key, value])),
            }
      const topic = await topicOf(body, fixture(sample).headers)
      assert.equal(topic, `gitlab.confidential_${sample}`, JSON.stringify(mark))
    }
})

test('a confidential hook that cannot be read, or whose event is unknown, stays confidential', async () => {
  const header = { 'x-gitlab-event': 'Confidential Note Hook' }
  const unknown = 'gitlab.confidential_unknown'
  const quarantine = 'gitlab.confidential_quarantine'
  assert.equal(await topicOf({ text: 'a custom template' }, header), unknown)
  assert.equal(await topicOf({ object_kind: 'moon_landing', site: { confidential: true } }), unknown)
  assert.equal(await topicOf({ confidential: true }), unknown)
  assert.equal(await topicOf('no JSON', header), quarantine)
  assert.equal(await topicOf('[1]', header), quarantine)
  assert.equal(await topicOf({ object_kind: 'note', object_attributes: { internal: true } }), quarantine)
  assert.equal(
    await topicOf({ object_kind: 'issue', object_attributes: { confidential: 'true' } }),
    quarantine,
  )
})

test('what nobody calls confidential stays on the open topics', async () => {
  assert.equal(
    await topicOf({ object_kind: 'moon_landing', site: { confidential: false } }),
    'gitlab.unknown',
  )
  assert.equal(await topicOf('no JSON', { 'x-gitlab-event': 'Note Hook' }), 'gitlab.quarantine')
  for (const { name, body, headers } of [...fixtures, ...corpus]) {
    if (
      /"(confidential|internal)": *(true|"true")|confidential_|Confidential/.test(
        `${body}${JSON.stringify(headers)}`,
      )
    )
      continue
    assert.ok(!isConfidentialTopic(await topicOf(body, headers)), name)
  }
})
