import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { acceptWaiting } from '../../../../lib/http/accept-waiting.ts'
import { listen, urlOf } from '../../../../lib/http/listen.ts'
import { postHook } from '../../../helpers/records/post-hook.ts'

/** Closes a server while 100 connections wait. @returns the statuses, and the reasons for missing answers */
const closeWhileTheyWait = async (
  beforeClose: (server: ReturnType<typeof createServer>) => Promise<void>,
) => {
  const server = createServer((_request, response) => response.end())
  await listen(server, 0, '127.0.0.1')
  const sent = Array.from({ length: 100 }, () => postHook(urlOf(server), '', '', Buffer.from('{}')))
  await beforeClose(server)
  server.close()
  const answers = await Promise.all(sent)
  return new Set(answers.map((answer) => (answer === 'refused' ? answer : (answer.status ?? answer.reason))))
}

test('a connection that waits to be accepted gets its answer, although the server is closed', async () => {
  assert.deepEqual(await closeWhileTheyWait(acceptWaiting), new Set([200]))
})

test('without this, the kernel resets it', async () => {
  const answers = await closeWhileTheyWait(() => new Promise((resolve) => setImmediate(resolve)))
  assert.ok(answers.has('read ECONNRESET'), String([...answers]))
})
