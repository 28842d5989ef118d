import assert from 'node:assert/strict'
import { readDeadLetters } from '../../../../cli/dead-letters/read-dead-letters.ts'
import { setOffsets } from '../../../../cli/offsets/set-offsets.ts'
import { PermanentError } from '../../../../lib/errors.ts'
import { eventually } from '../../process/eventually.ts'
import { publishPushes } from '../../records/publish-pushes.ts'
import { deleteTopics } from '../../servers/delete-topics.ts'
import { withAdmin } from '../../servers/with-admin.ts'
import type { Broken, PageCase, Watched } from '../page-case.ts'
import { startWorker, succeed, type WatchedWorker, watchWorker, worker } from '../watched-worker.ts'

const catchUp = ({ env }: WatchedWorker) => eventually(() => setOffsets(worker, { to: 'end' }, env))

/** Waits for a dead letter. @returns what the commands need to name it */
const deadLetterOf = ({ stack }: WatchedWorker) =>
  eventually(async () => {
    const topic = stack.names.deadLetterTopic(worker)
    const [letter] = await readDeadLetters(stack.kafka, worker, topic)
    assert.ok(letter)
    return { key: letter.dead_letter, fingerprint: letter.fingerprint }
  })

/** A worker that cannot handle a record. The next process of it can. */
const withDeadLetter = async (
  stack: WatchedWorker,
  t: Parameters<typeof startWorker>[1],
): Promise<Broken> => {
  await catchUp(stack)
  const faulty = await startWorker(stack, t, () => Promise.reject(new PermanentError('not a fruit')))
  await publishPushes(stack.stack, 1)
  const values = { ...stack.values, ...(await deadLetterOf(stack)) }
  await faulty.stop()
  return { ...stack, values, process: () => stack.exporter, repair: () => startWorker(stack, t) }
}

const deadLetters = (count: number) => ({
  shows: new RegExp(`^gitlab_bridge_dead_letters\\{consumer="<worker>"\\} ${count}$`, 'm'),
})

/** What a worker that does not start has logged: the error with which it ends. */
const failed = (error: unknown): Watched => ({
  metricsUrl: 'http://127.0.0.1:1/metrics',
  log: () => String(error),
})

/** Starts the worker, which must fail. @returns why */
const failureOf = (stack: WatchedWorker, t: Parameters<typeof startWorker>[1]) =>
  startWorker(stack, t).then(
    () => assert.fail('the worker has started'),
    (error: unknown) => error,
  )

/** Pages about records, offsets and topics of workers. */
export const recordCases: readonly PageCase<WatchedWorker>[] = [
  {
    page: 'dead-letters-rise',
    broken: 'a version of the worker could not handle a record',
    breaks: withDeadLetter,
    Look: {
      '/metrics': deadLetters(1),
      'bridge dead-letters list <worker>': {
        shows: /^<worker> +<fingerprint> +1x .*\n +PermanentError: not a fruit/m,
      },
      'bridge dead-letters show <worker> --fingerprint <fingerprint>': { shows: /not a fruit/ },
    },
    Do: {
      'bridge dead-letters redrive <worker> --fingerprint <fingerprint> --dry-run': { shows: /<key>/ },
      'bridge dead-letters redrive <worker> --fingerprint <fingerprint>': { shows: /redriven/ },
    },
    Verify: { '/metrics': deadLetters(0) },
  },
  {
    page: 'dead-letters-rise',
    broken: 'a record can never be handled',
    breaks: withDeadLetter,
    Do: {
      'bridge dead-letters discard <worker> <key> --reason "…"': { shows: /discarded/ },
    },
    Verify: { '/metrics': deadLetters(0) },
  },
  {
    page: 'lag-is-unknown',
    broken: 'somebody has deleted a dead-letter topic',
    breaks: async (stack) => {
      const topics = [stack.stack.names.deadLetterTopic(worker)]
      await withAdmin(stack.stack.kafka, (admin) => deleteTopics(admin, topics))
      return { ...stack, process: () => stack.exporter }
    },
    Look: {
      '/readyz': { shows: /dead letters unknown.*<worker>/ },
      log: { shows: /gitlab-bridge\.dead-letter\.<worker>/ },
    },
    Do: { 'bridge setup': { shows: /"created":1\b.*"message":"the topics are set up"/ } },
    Verify: { '/readyz': { shows: /"ready"/ } },
  },
  {
    page: 'offsets-are-missing',
    broken: 'the brokers have deleted the offsets of the worker',
    breaks: async (stack, t) => {
      // A worker that has never run misses no offsets.
      const { stop } = await startWorker(stack, t)
      await stop()
      await withAdmin(stack.stack.kafka, (admin) => admin.deleteGroups([stack.values.group]))
      let now = failed(await failureOf(stack, t))
      const restart = async () => {
        now = watchWorker(await startWorker(stack, t))
      }
      return { ...stack, process: () => now, restart }
    },
    Look: {
      log: { shows: /has no committed offset at all/ },
      'bridge offsets list <worker>': { shows: /<topic>\/0 +no committed offset, offsets 0 to / },
    },
    Do: {
      'bridge offsets set <worker> --topic <topic> --to beginning': {
        as: 'bridge offsets set <worker> --to beginning',
        shows: /<topic>\/0 +.*-> 0/,
      },
    },
    Verify: { 'bridge lag': { shows: /^(?:ok|behind) +<group> /m } },
  },
  {
    page: 'offsets-are-missing',
    broken: 'records were deleted before the worker had handled them',
    breaks: async (stack, t) => {
      const { topic } = stack.values
      const { kafka } = stack.stack
      await catchUp(stack)
      await publishPushes(stack.stack, 2)
      await withAdmin(kafka, async (admin) => {
        const [end] = await admin.fetchTopicOffsets(topic)
        await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: String(end?.high) }] })
      })
      let now = failed(await failureOf(stack, t))
      const restart = async () => {
        now = watchWorker(await startWorker(stack, t, succeed))
      }
      return { ...stack, process: () => now, restart }
    },
    Look: {
      log: { shows: /were deleted before they were handled/ },
      'bridge offsets list <worker>': { shows: /<topic>\/0 +committed \d+, offsets \d+ to \d+/ },
    },
    Do: { 'bridge offsets set <worker> --topic <topic> --to beginning': { shows: /<topic>\/0 +\d+ -> \d+/ } },
    Verify: { 'bridge lag': { shows: /^(?:ok|behind) +<group> /m } },
  },
  {
    page: 'offsets-are-missing',
    broken: 'somebody has deleted a topic of the worker',
    breaks: async (stack, t) => {
      await catchUp(stack)
      const running = await startWorker(stack, t)
      await withAdmin(stack.stack.kafka, (admin) => deleteTopics(admin, [stack.values.topic]))
      return { ...stack, process: () => watchWorker(running) }
    },
    Look: {
      '/readyz': { shows: /degraded: topics do not exist: <topic>/ },
      '/metrics': { shows: /^gitlab_bridge_consumer_unread_topics 1$/m },
    },
    Do: { 'bridge setup': { shows: /"created":1\b.*"message":"the topics are set up"/ } },
    Verify: { '/readyz': { shows: /"ready"/ } },
  },
  {
    page: 'partitions-differ',
    broken: 'the settings name another number of partitions than the topics have',
    breaks: async (stack) => {
      const env = { ...stack.env, KAFKA_TOPIC_PARTITIONS: '2' }
      return { env, values: { ...stack.values, n: '2' } }
    },
    Look: {
      'bridge setup': {
        code: 1,
        shows: /another number of partitions.*1 instead of 2 partitions: .*<topic>/,
      },
      'kafka-topics.sh --bootstrap-server <broker> --describe': {
        leftOut: 'the tools of Kafka are not in the embedded stack',
      },
    },
    Do: {
      'bridge setup --keep-partitions': { shows: /another number of partitions.*"the topics are set up"/s },
      'bridge setup': { leftOut: 'it is about added partitions' },
      'bridge rebuild': { leftOut: 'the page names what reads a topic from its beginning' },
      'bridge lag': { leftOut: 'it is about added partitions' },
      'kafka-topics.sh --bootstrap-server <broker> --alter --partitions <n> --topic <topic>': {
        leftOut: 'the tools of Kafka are not in the embedded stack',
      },
    },
    Verify: {
      'bridge setup --check': { leftOut: 'the topics stay as they are' },
      'bridge setup --check --keep-partitions': { shows: /another number of partitions/ },
    },
  },
]
