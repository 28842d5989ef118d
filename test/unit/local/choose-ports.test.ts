import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { type TestContext, test } from 'node:test'
import { UsageError } from '../../../lib/errors.ts'
import { choosePorts } from '../../../local/choose-ports.ts'

const takenPort = async (t: TestContext): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}
const silent = () => {}

test('if a port is taken, its variable is printed and the next free port is used', async (t) => {
  const preferred = await takenPort(t)
  const printed: string[] = []
  const { ports, release } = await choosePorts(
    { kafka: { variable: 'LOCAL_KAFKA_PORT', preferred } },
    (line) => printed.push(line),
  )
  await release()
  assert.ok(ports.kafka > preferred)
  assert.deepEqual(printed, [`LOCAL_KAFKA_PORT: port ${preferred} is taken, so port ${ports.kafka} is used`])
})

test('if the hook port is taken, the error names INGRESS_PORT and the number', async (t) => {
  const preferred = await takenPort(t)
  await assert.rejects(
    choosePorts({ hook: { variable: 'INGRESS_PORT', preferred, isFixed: true } }, silent),
    (error: Error) => {
      assert.ok(error instanceof UsageError)
      assert.match(error.message, new RegExp(`^INGRESS_PORT: port ${preferred} on 127.0.0.1 is taken`))
      return true
    },
  )
})

test('0 chooses any free port, also for a fixed port', async () => {
  const wanted = { a: { variable: 'A', preferred: 0 }, b: { variable: 'B', preferred: 0, isFixed: true } }
  const { ports, release } = await choosePorts(wanted, silent)
  await release()
  assert.ok(ports.a > 0 && ports.b > 0 && ports.a !== ports.b)
})

test('a chosen port stays occupied until it is released', async () => {
  const first = await choosePorts({ a: { variable: 'A', preferred: 0 } }, silent)
  const same = { a: { variable: 'A', preferred: first.ports.a } }
  const second = await choosePorts(same, silent)
  assert.notEqual(second.ports.a, first.ports.a)
  await first.release()
  const third = await choosePorts(same, silent)
  assert.equal(third.ports.a, first.ports.a)
  await second.release()
  await third.release()
})

test('for a foreign host, the error names its variable', async () => {
  const hook = {
    variable: 'INGRESS_PORT',
    preferred: 0,
    host: '203.0.113.1',
    hostVariable: 'INGRESS_HOST',
    isFixed: true,
  }
  for (const preferred of [0, 8080])
    await assert.rejects(
      choosePorts({ hook: { ...hook, preferred } }, silent),
      /^UsageError: INGRESS_HOST: cannot listen on 203\.0\.113\.1: .*EADDRNOTAVAIL/,
    )
})
