import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  afterAcknowledgement,
  afterFailure,
  type Failure,
  type FaultIsolation,
  type Judgement,
  noFault,
} from '../../../../ingress/publish/fault-isolation.ts'

const push = 'gitlab.push'
const job = 'gitlab.job'
const together = noFault.mode
const topicByTopic = (requestsLeft: number) => ({ kind: 'topic_by_topic', requestsLeft }) as const
const recordByRecord = (requestsLeft: number) => ({ kind: 'record_by_record', requestsLeft }) as const
const suspect = (state: 'no_others_yet' | 'others_acknowledged') => new Map([[push, state]])
const stateOf = (changes: Partial<FaultIsolation> = {}): FaultIsolation => ({ ...noFault, ...changes })

interface FailureRow {
  title: string
  before?: Partial<FaultIsolation>
  failure: Partial<Failure> & Pick<Failure, 'cause'>
  /** Fields of the next state that change. `failuresInARow` grows by one in every row. */
  changes: Partial<FaultIsolation>
  action: Judgement['action']
  rebuildsProducer: boolean
}

const failures: readonly FailureRow[] = [
  {
    title: 'brokers that do not answer: the same request again, on the same producer',
    failure: { cause: 'timeout' },
    changes: { brokers: 'failing' },
    action: 'resend',
    rebuildsProducer: false,
  },
  {
    title: 'the third failure in a row: the producer may be stuck',
    before: { failuresInARow: 2, brokers: 'failing' },
    failure: { cause: 'connection' },
    changes: {},
    action: 'resend',
    rebuildsProducer: true,
  },
  {
    title: 'without a connection even a fault of a topic is one of the brokers',
    failure: { cause: 'topic', isConnected: false },
    changes: { brokers: 'failing' },
    action: 'resend',
    rebuildsProducer: false,
  },
  ...(['topic', 'leader', 'replicas'] as const).map(
    (cause): FailureRow => ({
      title: `a fault of one topic among several (${cause}): one request for each topic`,
      failure: { cause, topics: [push, job], records: 5 },
      changes: { mode: topicByTopic(2) },
      action: 'resend',
      rebuildsProducer: true,
    }),
  ),
  {
    title: 'a topic that fails alone is at fault',
    before: { mode: topicByTopic(2), failuresInARow: 1 },
    failure: { cause: 'topic', topics: [push] },
    changes: { mode: topicByTopic(1) },
    action: 'mark_topic_unavailable',
    rebuildsProducer: true,
  },
  {
    title: 'an unclear failure may be that of a topic, or of the brokers',
    failure: { cause: 'other', topics: [push, job] },
    changes: { mode: topicByTopic(2), brokers: 'failing' },
    action: 'resend',
    rebuildsProducer: true,
  },
  {
    title: 'a topic that fails alone for an unclear reason is suspected, and the others go first',
    before: { mode: topicByTopic(2), failuresInARow: 1, brokers: 'failing' },
    failure: { cause: 'other', topics: [push] },
    changes: { mode: topicByTopic(1), suspects: suspect('no_others_yet') },
    action: 'resend_behind_other_topics',
    rebuildsProducer: true,
  },
  {
    title: 'a suspect that fails again, while no other topic was acknowledged, stays a suspect',
    before: { mode: topicByTopic(1), suspects: suspect('no_others_yet'), brokers: 'failing' },
    failure: { cause: 'other', topics: [push] },
    changes: { mode: together },
    action: 'resend_behind_other_topics',
    rebuildsProducer: true,
  },
  {
    title: 'a suspect that fails again, after others were acknowledged, is at fault',
    before: { mode: topicByTopic(1), suspects: suspect('others_acknowledged') },
    failure: { cause: 'other', topics: [push] },
    changes: { mode: together, brokers: 'failing', suspects: new Map() },
    action: 'mark_topic_unavailable',
    rebuildsProducer: true,
  },
  {
    title: 'several records refused: one request for each record',
    failure: { cause: 'refused', records: 3 },
    changes: { mode: recordByRecord(3) },
    action: 'resend',
    rebuildsProducer: false,
  },
  {
    title: 'one record refused: it is rejected, and the brokers are not blamed',
    before: { mode: recordByRecord(2) },
    failure: { cause: 'refused', records: 1 },
    changes: { mode: recordByRecord(1) },
    action: 'reject_record',
    rebuildsProducer: false,
  },
  {
    title: 'a fault of a topic while records are sent one by one: the topic is found first',
    before: { mode: recordByRecord(4) },
    failure: { cause: 'topic', topics: [push] },
    changes: { mode: topicByTopic(1) },
    action: 'resend',
    rebuildsProducer: true,
  },
  {
    title: 'records refused while topics are sent one by one: the record is found first',
    before: { mode: topicByTopic(2) },
    failure: { cause: 'refused', records: 2 },
    changes: { mode: recordByRecord(2) },
    action: 'resend',
    rebuildsProducer: false,
  },
]

for (const { title, before, failure, changes, action, rebuildsProducer } of failures)
  test(title, () => {
    const state = stateOf(before)
    const judgement = afterFailure(state, { isConnected: true, topics: [push], records: 1, ...failure })
    const failuresInARow = state.failuresInARow + 1
    assert.deepEqual(judgement, {
      next: { ...state, ...changes, failuresInARow },
      action,
      rebuildsProducer,
    })
  })

const acknowledgements: readonly [
  title: string,
  before: Partial<FaultIsolation>,
  topics: readonly string[],
  after: FaultIsolation,
][] = [
  ['failures are forgotten', { failuresInARow: 4, brokers: 'failing' }, [push], noFault],
  [
    'one request less for single topics',
    { mode: topicByTopic(2) },
    [push],
    stateOf({ mode: topicByTopic(1) }),
  ],
  ['the last request for a single topic', { mode: topicByTopic(1) }, [push], noFault],
  ['the last request for a single record', { mode: recordByRecord(1) }, [push], noFault],
  [
    'others were acknowledged while a topic is suspected',
    { suspects: suspect('no_others_yet') },
    [job],
    stateOf({ suspects: suspect('others_acknowledged') }),
  ],
  ['a suspect was acknowledged', { suspects: suspect('others_acknowledged') }, [job, push], noFault],
]

for (const [title, before, topics, after] of acknowledgements)
  test(`after an acknowledgement: ${title}`, () => {
    const acknowledged = topics.map((topic) => ({ topic }))
    assert.deepEqual(afterAcknowledgement(stateOf(before), acknowledged), after)
  })

test('without a fault an acknowledgement creates no new state', () => {
  assert.equal(afterAcknowledgement(noFault, [{ topic: push }]), noFault)
})
