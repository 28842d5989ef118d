import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deleteTopics } from '../helpers/servers/delete-topics.ts'
import { openStack } from '../helpers/servers/stack.ts'

const stack = await openStack('wrong-prefix')
await stack.setUp()

const commands = [
  ['tail', '--from-beginning', '--timeout', '1'],
  ['tail', 'push', '--timeout', '1'],
  ['dead-letters', 'list'],
  ['dead-letters', 'show', 'audit-log'],
  ['dead-letters', 'redrive', 'audit-log', '--all'],
  ['offsets', 'list'],
  ['lag'],
  ['rebuild', 'push-author-log'],
]

for (const command of commands) {
  test(`with a wrong prefix, ${command.join(' ')} fails and says which prefixes exist`, async () => {
    const { exited, lines } = await stack.start(command, { KAFKA_TOPIC_PREFIX: 'wrong.' })
    const { code } = await exited
    const text = lines.join('\n')
    assert.equal(code, 1, text)
    assert.match(text, /wrong\.gitlab/)
    if (command[0] !== 'rebuild') assert.ok(text.includes(`"${stack.prefix}"`), text)
  })
}

test('topics of which some are missing are named, and the command does not end with success', async () => {
  const admin = stack.kafka.admin()
  await admin.connect()
  const topic = stack.names.deadLetterTopic('audit-log')
  await deleteTopics(admin, [topic])
  await admin.disconnect()
  const { exited, lines } = await stack.start(['dead-letters', 'list'])
  assert.equal((await exited).code, 1)
  assert.match(lines.join('\n'), new RegExp(`These topics do not exist: ${topic}\\.`))
})
