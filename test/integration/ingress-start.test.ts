import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer } from 'node:net'
import { join } from 'node:path'
import { pipeline } from 'node:stream'
import { test } from 'node:test'
import { readEncoders } from '../../ingress/record/encoders.ts'
import { schemaIdOf } from '../../lib/avro/codec.ts'
import { createRegistry, registryVariables } from '../../lib/avro/registry.ts'
import { readVariables } from '../../lib/config.ts'
import { eventually } from '../helpers/process/eventually.ts'
import { recordingLogger } from '../helpers/process/recording-logger.ts'
import { post, sample } from '../helpers/records/hooks.ts'
import { messagesOn } from '../helpers/records/records.ts'
import { deleteTopics } from '../helpers/servers/delete-topics.ts'
import { openStack } from '../helpers/servers/stack.ts'

const stack = await openStack('ingress-start')

const outcomeOf = async (env: Readonly<Record<string, string>>) => {
  const { exited, lines } = await stack.start(['ingress'], env)
  const { code } = await exited
  return { code, said: lines.join('\n') }
}

test('without a secret the ingress refuses to start and names the variable', async () => {
  const { code, said } = await outcomeOf({ INGRESS_SECRET_TOKENS: '' })
  assert.equal(code, 78)
  assert.match(said, /INGRESS_SECRET_TOKENS: is not set/)
})

test('on a cluster that was never set up the ingress spools, and publishes once it is set up', async () => {
  const { lines, stop } = await stack.start(['ingress'])
  const accepted = await eventually(() => {
    const line = lines.find((each) => each.includes('hooks are accepted'))
    assert.ok(line)
    return JSON.parse(line) as { url: string; metrics: string }
  }, 30_000)
  const status = async () => {
    const ready = await fetch(accepted.metrics.replace('/metrics', '/readyz'))
    return [ready.status, ((await ready.json()) as { status: string }).status] as const
  }
  assert.equal((await post(accepted.url, sample('push'))).status, 202)
  const [code, problem] = await status()
  assert.equal(code, 200)
  assert.match(problem, /^degraded: cannot connect: .*bridge setup/)
  await stack.setUp()
  await eventually(async () => assert.deepEqual(await status(), [200, 'ready']), 60_000)
  assert.equal((await messagesOn(stack, stack.names.topic('push'))).length, 1)
  await stop(10_000)
})

test('with one topic missing the ingress starts, and its log names the topic and the command', async () => {
  const missing = stack.names.topic('tag_push')
  const admin = stack.kafka.admin()
  await admin.connect()
  await deleteTopics(admin, [missing])
  // An ingress that is quicker than the deletion learns of it only with the next hook for the topic.
  await eventually(async () => assert.ok(!(await admin.listTopics()).includes(missing)))
  await admin.disconnect()
  const { lines, stop } = await stack.start(['ingress'])
  const logged = () => lines.map((line) => JSON.parse(line) as Record<string, string>)
  const metrics = await eventually(() => {
    const found = logged().find(({ message }) => message === 'hooks are accepted')?.metrics
    assert.ok(found)
    return found
  })
  // On a slow machine hooks are accepted, and spooled, before the ingress has connected.
  await eventually(() => {
    const { topic, todo } =
      logged().find(({ message = '' }) => message.startsWith('a topic is not available')) ?? {}
    assert.deepEqual({ topic, todo }, { topic: missing, todo: 'run `bridge setup`' })
  })
  await eventually(async () => {
    const ready = await fetch(metrics.replace('/metrics', '/readyz'))
    assert.deepEqual(
      [ready.status, await ready.json()],
      [200, { status: `degraded: not available: ${missing}` }],
    )
  })
  await stop(10_000)
})

test('an ingress uses the new schema ids of a registry without a restart, and logs it', async (t) => {
  const folder = await stack.temporaryFolder()
  const memory = join(folder, 'schema-ids.json')
  const before = await stack.startIngress({ BRIDGE_DATA_DIR: folder })
  await before.stop(10_000)
  const said = Object.entries(JSON.parse(await readFile(memory, 'utf8')) as Record<string, number>)
  await writeFile(
    memory,
    JSON.stringify(Object.fromEntries(said.map(([name, id]) => [name, id + 1_000_000]))),
  )

  let isUp = false
  const { hostname, port } = new URL(stack.schemaRegistryUrl)
  const registry = createServer((socket) => {
    if (isUp) pipeline(socket, connect(Number(port), hostname), socket, () => undefined)
    else socket.destroy()
  }).listen(0, '127.0.0.1')
  await once(registry, 'listening')
  t.after(() => registry.close())
  const url = stack.schemaRegistryUrl.replace(port, String((registry.address() as AddressInfo).port))
  const ingress = await stack.startIngress({ BRIDGE_DATA_DIR: folder, SCHEMA_REGISTRY_URL: url })

  const topic = stack.names.topic('push')
  const lastId = async () => {
    assert.equal((await post(ingress.hookUrl, sample('push'))).status, 200)
    return schemaIdOf((await messagesOn(stack, topic)).at(-1)?.value ?? assert.fail())
  }
  const right = said.find(([name]) => name.startsWith(`${stack.names.subject(topic)} `))?.[1] ?? assert.fail()
  assert.equal(await lastId(), right + 1_000_000)
  isUp = true
  await eventually(async () => assert.equal(await lastId(), right))
  await eventually(() => assert.ok(ingress.lines.some((line) => line.includes('made anew'))))
})

test('with ids on disk and a registry without subjects, the ingress spools until it has them', async (t) => {
  await stack.setUp()
  const folder = await stack.temporaryFolder()
  const registry = createRegistry(readVariables(registryVariables, stack.env), 'test')
  const memory = join(folder, 'schema-ids.json')
  const { from } = await readEncoders(registry, stack.names, memory, recordingLogger().logger)
  assert.equal(from, 'registry', 'its ids are now on disk')

  let isEmpty = true
  const answer = '{"error_code":40401,"message":"Subject not found."}'
  const head = [
    'HTTP/1.1 404 Not Found',
    'content-type: application/json',
    `content-length: ${answer.length}`,
  ]
  const response = [...head, 'connection: close', '', answer].join('\r\n')
  const { hostname, port } = new URL(stack.schemaRegistryUrl)
  const other = createServer((socket) => {
    if (isEmpty) socket.on('error', () => undefined).once('data', () => socket.end(response))
    else pipeline(socket, connect(Number(port), hostname), socket, () => undefined)
  }).listen(0, '127.0.0.1')
  await once(other, 'listening')
  t.after(() => other.close())
  const url = stack.schemaRegistryUrl.replace(port, String((other.address() as AddressInfo).port))
  const ingress = await stack.startReady(['ingress'], { BRIDGE_DATA_DIR: folder, SCHEMA_REGISTRY_URL: url })
  t.after(() => ingress.stop(10_000))

  const { status: answered, body } = await post(ingress.hookUrl, sample('push'))
  assert.equal(answered, 202)
  const status = async () => {
    const ready = await fetch(ingress.metricsUrl.replace('/metrics', '/readyz'))
    return `${ready.status} ${((await ready.json()) as { status: string }).status}`
  }
  await eventually(async () => assert.match(await status(), /^200 degraded: .*bridge setup/))
  isEmpty = false
  await eventually(async () => assert.equal(await status(), '200 ready'), 60_000)
  const ids = (await messagesOn(stack, stack.names.topic('push'))).map(({ headers }) => String(headers.ce_id))
  assert.equal(ids.filter((each) => each === body.id).length, 1)
})
