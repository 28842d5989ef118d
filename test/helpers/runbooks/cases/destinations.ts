import assert from 'node:assert/strict'
import {
  pauseDestinations,
  readDestinations,
} from '../../../../consumers/delivery/outbox/destination-state.ts'
import { readSizes } from '../../../../consumers/delivery/outbox/sizes.ts'
import { query } from '../../../../lib/database.ts'
import { eventually } from '../../process/eventually.ts'
import { type Chat, type DestinationStack, openChat } from '../destination-stack.ts'
import type { Broken, PageCase } from '../page-case.ts'

const untilListed = (
  { store }: DestinationStack,
  { values }: Chat,
  wanted: Partial<Record<'state' | 'waiting' | 'dead', string>>,
) =>
  eventually(async () => {
    const size = (await readSizes(store)).find(({ destination }) => destination === values.destination)
    assert.deepEqual({ ...size, ...wanted }, size)
  })

const brokenBy = (chat: Chat, repair?: () => Promise<unknown>): Broken => ({
  ...{ env: chat.env, values: chat.values, process: chat.process },
  ...(repair && { repair }),
})

/** A chat that answers with this status, and a message for it. */
const refusing = async (stack: DestinationStack, chat: Chat, status: number) => {
  chat.receiver.behave(() => ({ status, body: 'no such channel' }))
  await chat.publish(1)
  if (status === 422) await untilListed(stack, chat, { dead: '1' })
  else
    await eventually(async () => {
      const all = await readDestinations(stack.store)
      assert.ok((all.find(({ destination }) => destination === chat.values.destination)?.failures ?? 0) > 0)
    })
}

const accept = (chat: Chat) => async () => chat.receiver.behave(() => ({ status: 200 }))

const addAccepted = 'update chat_notifier.destinations set accepted = accepted + $2 where destination = $1'
/** Changes the number of messages that the outbox has accepted, so that its account stays right. */
const accepted = ({ store }: DestinationStack, { values }: Chat, change: number) =>
  query(store.pool, addAccepted, [values.destination, change])

/** Copies the one message that waits. */
const copyMessages = async (stack: DestinationStack, chat: Chat, copies: number) => {
  await query(
    stack.store.pool,
    `insert into chat_notifier.messages
            (destination, lane, key, topic_id, topic, kafka_partition, kafka_offset, delivery_id, fact_id,
             event_type, received_at, content, bytes)
     select destination, lane, key || ' ' || copy, topic_id, topic, kafka_partition, kafka_offset,
            delivery_id, fact_id, event_type, received_at, content, bytes
       from chat_notifier.messages, generate_series(1, $2::integer) as copy where destination = $1`,
    [chat.values.destination, copies],
  )
  await accepted(stack, chat, copies)
}

const listed = (text: string) => ({ shows: new RegExp(`^<worker> → <destination>: ${text}`, 'm') })
const age = { shows: /^gitlab_bridge_outbox_oldest_age_seconds\{destination="<destination>"\} 0$/m }
const noneIs = (state: string) => ({
  shows: new RegExp(
    `^gitlab_bridge_outbox_messages\\{destination="<destination>",state="${state}"\\} 0$`,
    'm',
  ),
})
/** Fewer than 80,000, with a digest for every 500. */
const fewerWait = {
  shows:
    /^gitlab_bridge_outbox_messages\{destination="<destination>",state="waiting"\} (?:\d{1,4}|[1-7]\d{4})$/m,
}
const active = {
  shows: /^gitlab_bridge_outbox_destination_state\{destination="<destination>",state="active"\} 1$/m,
}

/** Pages about what waits for a chat or another destination. */
export const destinationCases: readonly PageCase<DestinationStack>[] = [
  {
    page: 'destination-is-behind',
    broken: 'the chat is unavailable',
    breaks: async (stack, t) => {
      const chat = await openChat(stack, t)
      await refusing(stack, chat, 503)
      // The attempt after the first ones would come in minutes.
      const retryAt = `update chat_notifier.destinations set retry_at = now() where destination = $1`
      const repair = async () => {
        await accept(chat)()
        await query(stack.store.pool, retryAt, [chat.values.destination])
        await chat.startAgain()
      }
      return brokenBy(chat, repair)
    },
    Look: {
      'bridge outbox list': listed('failing, 1 waiting \\(the oldest for \\d+ s\\).*; last failure: .*503'),
      '/metrics': {
        shows: /^gitlab_bridge_outbox_destination_state\{destination="<destination>",state="failing"\} 1$/m,
      },
    },
    Verify: { '/metrics': age },
  },
  {
    page: 'destination-is-paused',
    broken: 'an operator has paused it',
    breaks: async (stack, t) => {
      const chat = await openChat(stack, t)
      await pauseDestinations(stack.store, [chat.values.destination], 'paused', 'the chat moves')
      await chat.publish(2)
      await untilListed(stack, chat, { waiting: '2' })
      return brokenBy(chat)
    },
    Look: {
      'bridge outbox list': listed('paused, 2 waiting'),
      'bridge outbox show <worker> <destination>': { shows: /"state": "waiting"/ },
    },
    Do: {
      'bridge outbox resume <worker> <destination> --as send': {
        shows: /^<destination> is active\. 2 messages had waited: send/,
      },
      'bridge outbox show': { leftOut: 'it is the command of Look' },
    },
    Verify: { '/metrics': active },
  },
  {
    page: 'destination-is-paused',
    broken: 'the database was restored from a backup',
    breaks: async (stack, t) => {
      const chat = await openChat(stack, t)
      await chat.publish(2)
      await eventually(() => assert.equal(chat.receiver.taken.length, 2))
      await untilListed(stack, chat, { waiting: '0' })
      await chat.stop()
      const { pool } = stack.store
      const forget = 'delete from chat_notifier.messages where destination = $1'
      await query(pool, forget, [chat.values.destination])
      await accepted(stack, chat, -2)
      await query(pool, 'update chat_notifier.positions set next_offset = greatest(next_offset - 2, 0)', [])
      await chat.startAgain()
      await untilListed(stack, chat, { state: 'restored' })
      return brokenBy(chat)
    },
    Look: {
      'bridge outbox list': listed('restored, 2 waiting'),
      'bridge outbox show <worker> <destination>': { shows: /"state": "waiting"/ },
    },
    Do: {
      'bridge outbox resume <worker> <destination> --as digest': {
        shows: /^<destination> is active\. 2 messages had waited: digest/,
      },
    },
    Verify: { '/metrics': active },
  },
  {
    page: 'destination-refuses-messages',
    broken: 'the chat says that it will never take a message, until its channel is corrected',
    breaks: async (stack, t) => {
      const chat = await openChat(stack, t)
      await refusing(stack, chat, 422)
      return brokenBy(chat, accept(chat))
    },
    Look: {
      'bridge outbox list': listed('active, 0 waiting, 1 dead letters'),
      'bridge outbox show <worker> <destination>': { shows: /no such channel[^}]*"status": 422/ },
    },
    Do: {
      'bridge outbox redrive <worker> <destination>': { shows: /^1 dead letters .* will be sent again/ },
    },
    Verify: { '/metrics': noneIs('dead') },
  },
  {
    page: 'destination-refuses-messages',
    broken: 'the chat says that it will never take a message, which is of no use any more',
    breaks: async (stack, t) => {
      const chat = await openChat(stack, t)
      await refusing(stack, chat, 422)
      return brokenBy(chat)
    },
    Do: { 'bridge outbox discard <worker> <destination>': { shows: /^1 dead letters .* were dropped/ } },
    Verify: { '/metrics': noneIs('dead') },
  },
  {
    page: 'destination-is-nearly-full',
    broken: 'the chat is paused, and 80,001 messages wait',
    breaks: async (stack, t) => {
      const chat = await openChat(stack, t)
      await pauseDestinations(stack.store, [chat.values.destination], 'paused', 'the chat moves')
      await chat.publish(1)
      await untilListed(stack, chat, { waiting: '1' })
      await copyMessages(stack, chat, 80_000)
      return brokenBy(chat)
    },
    Look: { 'bridge outbox list': listed('paused, 80001 waiting') },
    Do: {
      'bridge outbox resume <worker> <destination> --as digest': {
        shows: /80001 messages had waited: digest/,
      },
    },
    Verify: { '/metrics': fewerWait },
  },
  {
    page: 'destination-is-nearly-full',
    broken: 'the chat is unavailable, and the messages that wait are of no use',
    breaks: async (stack, t) => {
      const chat = await openChat(stack, t)
      await refusing(stack, chat, 503)
      await copyMessages(stack, chat, 800)
      return brokenBy(chat)
    },
    Look: { 'bridge outbox list': listed('failing, 801 waiting') },
    Do: {
      'bridge outbox resume <worker> <destination> --as discard': {
        shows: /801 messages had waited: discard/,
      },
    },
    Verify: { '/metrics': noneIs('waiting') },
  },
  {
    page: 'records-are-unaccounted',
    broken: 'somebody has deleted a message from an outbox',
    breaks: async (stack, t) => {
      const chat = await openChat(stack, t)
      await pauseDestinations(stack.store, [chat.values.destination], 'paused', 'the chat moves')
      await chat.publish(2)
      await untilListed(stack, chat, { waiting: '2' })
      const lose = `delete from chat_notifier.messages
        where id = (select max(id) from chat_notifier.messages where destination = $1)`
      await query(stack.store.pool, lose, [chat.values.destination])
      return brokenBy(chat)
    },
    Look: {
      'bridge status --accounting': { code: 1, shows: /<worker> → <destination>.*\b1\b/ },
      'bridge spool inspect': { leftOut: 'it is about another stage' },
    },
    Do: {
      'bridge offsets set <worker> --to <time>': {
        leftOut: 'no fault from outside moves an offset past a record: test/unit injects it',
      },
    },
    Verify: {
      "update chat_notifier.destinations set accepted = accepted - 1 where destination = 'builds'": {
        as:
          'update chat_notifier.destinations set accepted = accepted - 1 ' +
          "where destination = '<destination>'",
        shows: /^$/,
      },
      'bridge status --accounting': { shows: /<worker> → <destination>/ },
    },
  },
]
