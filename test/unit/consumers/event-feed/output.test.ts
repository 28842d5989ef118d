import assert from 'node:assert/strict'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { createOutput } from '../../../../consumers/event-feed/stream/output.ts'

test('what comes after the end of a stream is left out, and does not end the process', async (t) => {
  const response = new ServerResponse(new IncomingMessage(new Socket()))
  t.after(() => response.destroy())
  const errors: unknown[] = []
  response.on('error', (error) => errors.push(error))
  const output = createOutput(response)
  output.write(Buffer.from('data: 1\n\n'))
  output.end()
  output.write(Buffer.from('data: 2\n\n'))
  await setImmediate()
  assert.deepEqual(errors, [])
})
