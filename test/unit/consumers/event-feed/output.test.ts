import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, IncomingMessage, ServerResponse } from 'node:http'
import { type AddressInfo, connect, Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
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

const stalledMs = 1000

/** A connection on which 32 MiB wait for a client that reads nothing yet. */
const openConnection = async (t: TestContext) => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  const [, response] = (await once(server, 'request')) as [IncomingMessage, ServerResponse]
  t.after(() => {
    socket.destroy()
    server.closeAllConnections()
    server.close()
  })
  const output = createOutput(response, stalledMs)
  const stalled = new Promise<'stalled'>((resolve) => output.onStalled(() => resolve('stalled')))
  output.write(Buffer.alloc(32 * 1024 * 1024))
  return { socket, output, stalled }
}

test('a client that reads nothing is stalled', async (t) => {
  const { output, stalled } = await openConnection(t)
  await output.drained(10)
  assert.ok(output.waiting() > 0, 'waiting for the client has a limit')
  assert.equal(await stalled, 'stalled')
})

test('a client that reads slowly and steadily is not stalled, although one write takes long', async (t) => {
  const { socket, output, stalled } = await openConnection(t)
  socket.on('data', () => socket.pause())
  const read = async () => {
    // Each pause is much shorter than the limit, and all of them are longer.
    for (const startedAt = performance.now(); performance.now() - startedAt < 2 * stalledMs; await sleep(20))
      socket.resume()
    const written = output.waiting() === 0 ? 'too soon' : 'later'
    socket.removeAllListeners('data').on('data', () => undefined)
    socket.resume()
    while (output.waiting() > 0) await output.drained(100)
    return written
  }
  assert.equal(await Promise.race([read(), stalled]), 'later')
})
