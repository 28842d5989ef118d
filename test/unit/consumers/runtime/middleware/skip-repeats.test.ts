import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HandledOutcome, Message } from '../../../../../consumers/consumer.ts'
import type { Handle } from '../../../../../consumers/runtime/middleware/chain.ts'
import { type DeliveryMemory, skipRepeats } from '../../../../../consumers/runtime/middleware/skip-repeats.ts'
import { RetriableError } from '../../../../../lib/errors.ts'
import type { EventType } from '../../../../../schemas/catalogue.ts'
import { message, runContext } from '../../../../helpers/records/run-context.ts'

const delivery = (id: string, others: Partial<Message> = {}) =>
  message({ headers: { ce_id: id, ce_source: 'https://gitlab.example.com' }, ...others })

const eventOf = ({ topic }: Message) => topic.replace('gitlab.', '') as EventType

/** The messages that were passed on, and a memory whose disk may fail. */
const opened = (outcomeOf: (id: string) => HandledOutcome = () => 'processed') => {
  const [keys, passedOn] = [new Set<string>(), [] as string[]]
  const disk: { problem?: Error } = {}
  const handled: DeliveryMemory = {
    has: (key) => keys.has(key),
    remember: async (more) => {
      for (const key of more) keys.add(key)
      if (disk.problem !== undefined) throw disk.problem
    },
  }
  const next: Handle = async (messages) => {
    const ids = messages.map(({ headers }) => String(headers.ce_id))
    passedOn.push(...ids)
    return ids.map(outcomeOf)
  }
  const handle = skipRepeats(handled, eventOf)(next)
  return { passedOn, keys, disk, handle: (...messages: Message[]) => handle(messages, runContext().context) }
}

test('a delivery is passed on once, and skipped when it comes again', async () => {
  const { handle, passedOn } = opened()
  assert.deepEqual(await handle(delivery('a'), delivery('b')), ['processed', 'processed'])
  assert.deepEqual(await handle(delivery('a', { offset: '97' })), ['skipped'])
  assert.deepEqual(passedOn, ['a', 'b'])
})

test('a call ends before the first repeat, also when it repeats a message of the same call', async () => {
  const { handle, passedOn } = opened()
  await handle(delivery('b'))
  assert.deepEqual(await handle(delivery('a'), delivery('b'), delivery('c')), ['processed'])
  assert.deepEqual(await handle(delivery('b'), delivery('c')), ['skipped'])
  assert.deepEqual(await handle(delivery('c'), delivery('c'), delivery('d')), ['processed'])
  assert.deepEqual(await handle(delivery('c'), delivery('d')), ['skipped'])
  assert.deepEqual(passedOn, ['b', 'a', 'c'])
})

test('only processed messages are remembered: none that failed, were skipped or come later', async () => {
  const outcomes: Record<string, HandledOutcome> = { dead: 'dead_lettered', no: 'skipped' }
  const { handle, keys } = opened((id) => {
    if (id === 'bad') throw new Error('bad')
    return outcomes[id] ?? 'processed'
  })
  await assert.rejects(handle(delivery('bad')), /bad/)
  await handle(delivery('dead'), delivery('no'), delivery('yes'))
  assert.deepEqual([...keys], ['["push","https://gitlab.example.com","yes"]'])
})

test('messages that were passed on but not handled are not remembered', async () => {
  const handled: string[] = []
  const memory: DeliveryMemory = {
    has: () => false,
    remember: async (keys) => void handled.push(...keys),
  }
  const handle = skipRepeats(memory, eventOf)(async () => ['processed'])
  assert.deepEqual(await handle([delivery('a'), delivery('b')], runContext().context), ['processed'])
  assert.deepEqual(handled, ['["push","https://gitlab.example.com","a"]'])
})

test('the same id on another topic or from another GitLab is another delivery', async () => {
  const { handle, passedOn } = opened()
  await handle(delivery('a'))
  await handle(delivery('a', { topic: 'gitlab.tag_push' }))
  await handle(message({ headers: { ce_id: 'a', ce_source: 'https://other.example.com' } }))
  assert.deepEqual(passedOn, ['a', 'a', 'a'])
})

test('messages without an id are told apart by topic, partition and offset', async () => {
  const { handle } = opened()
  assert.deepEqual(await handle(message({ offset: '1' }), message({ offset: '2' })), [
    'processed',
    'processed',
  ])
  assert.deepEqual(await handle(message({ offset: '2' })), ['skipped'])
})

test('while deliveries cannot be remembered, the error is retriable and no effect is repeated', async () => {
  const { handle, passedOn, disk } = opened()
  disk.problem = new Error('ENOSPC')
  await assert.rejects(
    handle(delivery('a')),
    (error) => error instanceof RetriableError && /cannot remember.*ENOSPC/.test(error.message),
  )
  await assert.rejects(handle(delivery('a')), RetriableError)
  delete disk.problem
  assert.deepEqual(await handle(delivery('a')), ['skipped'])
  assert.deepEqual(passedOn, ['a'])
})
