import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HandledOutcome, Message } from '../../../../../consumers/consumer.ts'
import type { HandledDeliveries } from '../../../../../consumers/runtime/handled-deliveries.ts'
import type { Handle } from '../../../../../consumers/runtime/middleware/chain.ts'
import { skipRepeats } from '../../../../../consumers/runtime/middleware/skip-repeats.ts'
import { RetriableError } from '../../../../../lib/errors.ts'
import type { EventType } from '../../../../../schemas/catalogue.ts'
import { message, runContext } from '../../../../helpers/records/run-context.ts'

const delivery = (id: string, others: Partial<Message> = {}) =>
  message({ headers: { ce_id: id, ce_source: 'https://gitlab.example.com' }, ...others })

const eventOf = ({ topic }: Message) => topic.replace('gitlab.', '') as EventType

/** What was handed on, and a memory that may be out of order. */
const opened = (outcomeOf: (id: string) => HandledOutcome = () => 'processed') => {
  const [keys, handedOn] = [new Set<string>(), [] as string[]]
  const disk: { problem?: Error } = {}
  const handled: HandledDeliveries = {
    has: (key) => keys.has(key),
    remember: async (more) => {
      for (const key of more) keys.add(key)
      if (disk.problem !== undefined) throw disk.problem
    },
    close: async () => {},
  }
  const next: Handle = async (messages) => {
    const ids = messages.map(({ headers }) => String(headers.ce_id))
    handedOn.push(...ids)
    return ids.map(outcomeOf)
  }
  const handle = skipRepeats(handled, eventOf)(next)
  return { handedOn, keys, disk, handle: (...messages: Message[]) => handle(messages, runContext().context) }
}

test('a delivery is handed on once, and skipped when it comes again', async () => {
  const { handle, handedOn } = opened()
  assert.deepEqual(await handle(delivery('a'), delivery('b')), ['processed', 'processed'])
  assert.deepEqual(await handle(delivery('a', { offset: '97' })), ['skipped'])
  assert.deepEqual(handedOn, ['a', 'b'])
})

test('a call goes as far as the next repeat, also where the repeat is of a message of the same call', async () => {
  const { handle, handedOn } = opened()
  await handle(delivery('b'))
  assert.deepEqual(await handle(delivery('a'), delivery('b'), delivery('c')), ['processed'])
  assert.deepEqual(await handle(delivery('b'), delivery('c')), ['skipped'])
  assert.deepEqual(await handle(delivery('c'), delivery('c'), delivery('d')), ['processed'])
  assert.deepEqual(await handle(delivery('c'), delivery('d')), ['skipped'])
  assert.deepEqual(handedOn, ['b', 'a', 'c'])
})

test('only what was processed is remembered: not what failed, was put aside, skipped, or is still to come', async () => {
  const outcomes: Record<string, HandledOutcome> = { aside: 'dead_lettered', no: 'skipped' }
  const { handle, keys } = opened((id) => {
    if (id === 'bad') throw new Error('bad')
    return outcomes[id] ?? 'processed'
  })
  await assert.rejects(handle(delivery('bad')), /bad/)
  await handle(delivery('aside'), delivery('no'), delivery('yes'))
  assert.deepEqual([...keys], ['["push","https://gitlab.example.com","yes"]'])
})

test('when fewer were handled than handed on, the others are not taken for handled', async () => {
  const handled: string[] = []
  const memory: HandledDeliveries = {
    has: () => false,
    remember: async (keys) => void handled.push(...keys),
    close: async () => {},
  }
  const handle = skipRepeats(memory, eventOf)(async () => ['processed'])
  assert.deepEqual(await handle([delivery('a'), delivery('b')], runContext().context), ['processed'])
  assert.deepEqual(handled, ['["push","https://gitlab.example.com","a"]'])
})

test('the same id is another delivery on another topic, and from another GitLab', async () => {
  const { handle, handedOn } = opened()
  await handle(delivery('a'))
  await handle(delivery('a', { topic: 'gitlab.tag_push' }))
  await handle(message({ headers: { ce_id: 'a', ce_source: 'https://other.example.com' } }))
  assert.deepEqual(handedOn, ['a', 'a', 'a'])
})

test('messages without an id are told apart by where they lie', async () => {
  const { handle } = opened()
  assert.deepEqual(await handle(message({ offset: '1' }), message({ offset: '2' })), [
    'processed',
    'processed',
  ])
  assert.deepEqual(await handle(message({ offset: '2' })), ['skipped'])
})

test('while what was handled cannot be remembered the worker waits, and does nothing twice', async () => {
  const { handle, handedOn, disk } = opened()
  disk.problem = new Error('ENOSPC')
  await assert.rejects(
    handle(delivery('a')),
    (error) => error instanceof RetriableError && /cannot remember.*ENOSPC/.test(error.message),
  )
  await assert.rejects(handle(delivery('a')), RetriableError)
  delete disk.problem
  assert.deepEqual(await handle(delivery('a')), ['skipped'])
  assert.deepEqual(handedOn, ['a'])
})
