// A message of the chat notifier on a real chat server: matrix-synapse.
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { chatNotifier } from '../../consumers/chat-notifier/chat-notifier.ts'
import type { Consumer } from '../../consumers/consumer.ts'
import { messageOf } from '../../lib/errors.ts'
import { eventually } from '../helpers/process/eventually.ts'
import { startWorkerInProcess } from '../helpers/process/worker-in-process.ts'
import { post } from '../helpers/records/hooks.ts'
import { fixture } from '../helpers/records/samples.ts'
import { type MatrixUser, startSynapse, synapsePython } from '../helpers/servers/chat/start-synapse.ts'
import { openWorkerStack } from '../helpers/servers/worker-stack.ts'

interface RoomEvent {
  type: string
  sender: string
  event_id: string
  content: Record<string, unknown>
}

/** CI sets this variable, because a skipped test would go unnoticed there. */
const isRequired = process.env.BRIDGE_TEST_REQUIRE_CHAT === '1'

const python = await synapsePython().catch((error: unknown) => {
  if (isRequired) throw error
  return { missing: `matrix-synapse cannot be installed: ${messageOf(error).split('\n')[0]}` }
})

const openRoom = async (python: string) => {
  const synapse = await startSynapse(python)
  after(synapse.remove)
  const [bridge, reader] = [await synapse.register('bridge'), await synapse.register('reader')]
  const { room_id } = await bridge.call('POST', 'createRoom', { invite: [reader.id], name: 'builds' })
  const room = String(room_id)
  await reader.call('POST', `join/${encodeURIComponent(room)}`, {})
  return { synapse, bridge, reader, room }
}

/** What somebody else in the room can read, oldest first. */
const readMessages = async (reader: MatrixUser, room: string): Promise<RoomEvent[]> => {
  const path = `rooms/${encodeURIComponent(room)}/messages?dir=f&limit=100`
  const { chunk } = (await reader.call('GET', path)) as unknown as { chunk: RoomEvent[] }
  return chunk.filter(({ type }) => type === 'm.room.message')
}

test(
  'a second user reads in matrix-synapse what the worker has posted, and nobody is mentioned',
  typeof python === 'string' ? {} : { skip: python.missing },
  async (t) => {
    const worker = chatNotifier as unknown as Consumer
    const [stack, { synapse, bridge, reader, room }] = await Promise.all([
      openWorkerStack('synapse', [worker]),
      openRoom(String(python)),
    ])
    const file = join(await stack.temporaryFolder(), 'routes.yaml')
    const to = { type: 'matrix', url: synapse.url, token: bridge.token, room, allow_private: true }
    const route = {
      to: 'synapse',
      events: ['job', 'pipeline'],
      notify: 'every',
      visibility: ['public', 'internal', 'private'],
    }
    await writeFile(file, JSON.stringify({ destinations: { synapse: to }, routes: [route] }), { mode: 0o600 })
    const { hookUrl } = await stack.startIngress()
    const env = { DATABASE_URL: stack.databaseUrl, ROUTES_FILE: file }
    const running = await startWorkerInProcess(stack, worker, env)
    t.after(() => running.stop())

    const failed = JSON.parse(fixture('job_failed').body.toString())
    failed.build_name = '@room <b>deploy</b>'
    await post(hookUrl, JSON.stringify(failed), { 'x-gitlab-event': 'Job Hook' })
    const [message] = await eventually(async () => {
      const messages = await readMessages(reader, room)
      assert.equal(messages.length, 1)
      return messages
    })
    assert.equal(message?.sender, bridge.id)
    assert.match(String(message?.content.body), /Job @\u2060room <b>deploy<\/b> of .* failed/)
    assert.match(String(message?.content.formatted_body), /@room &lt;b&gt;deploy&lt;\/b&gt;<\/a> of <code>/)
    assert.deepEqual(message?.content['m.mentions'], {})

    // The states of one pipeline are one message, which is edited.
    for (const status of ['running', 'failed']) {
      const pipeline = JSON.parse(fixture('pipeline').body.toString())
      Object.assign(pipeline.object_attributes, { status, finished_at: null })
      await post(hookUrl, JSON.stringify(pipeline), { 'x-gitlab-event': 'Pipeline Hook' })
      await eventually(async () =>
        assert.match(JSON.stringify((await readMessages(reader, room)).at(-1)?.content), new RegExp(status)),
      )
    }
    const [, first, edit] = await readMessages(reader, room)
    assert.deepEqual(edit?.content['m.relates_to'], { rel_type: 'm.replace', event_id: first?.event_id })
  },
)
