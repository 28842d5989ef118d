import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { readVariables } from '../../lib/config.ts'
import { createKafka, kafkaVariables } from '../../lib/kafka/client.ts'
import { createLogger } from '../../lib/logger.ts'
import { eventTypes } from '../../schemas/catalogue.ts'
import { createNames } from '../../schemas/topics.ts'
import { createClone, type Started } from '../helpers/process/clone.ts'
import { eventually } from '../helpers/process/eventually.ts'
import { processesNaming, stillRunning } from '../helpers/process/running-processes.ts'
import { blocksOf, readPage } from '../helpers/records/markdown.ts'
import { countOn } from '../helpers/records/records.ts'

interface Endpoints {
  hook_url: string
  secret_token: string
  kafka_brokers: string
  schema_registry_url: string
  database_url: string
  metrics: Record<string, string>
}

const minutes = 60_000
const names = createNames('')

// The corpus lies beside the repository where there is one; a clone has the fixture, which is of the same shape.
const corpus = fileURLToPath(
  new URL('../../../shared/payloads/gitlab-docs-19.4-webhooks/push.json', import.meta.url),
)
const pushFile = existsSync(corpus)
  ? corpus
  : fileURLToPath(new URL('../fixtures/push.json', import.meta.url))
const push = readFileSync(pushFile)
const { user_username: pusher, user_name: pusherName, project_id: projectId } = JSON.parse(push.toString())

const clone = await createClone()
let stack: Started
let endpoints: Endpoints

const bridge = async (command: string) => {
  const { code, stdout, stderr } = await clone.run(`npx bridge ${command}`)
  assert.equal(code, 0, `bridge ${command}: ${stderr}`)
  return stdout
}

const untilReady = async (started: Started) => {
  let ended = false
  void started.exited.then(() => {
    ended = true
  })
  await eventually(() => {
    if (!ended) assert.match(started.output(), /The bridge is ready\.[\s\S]*Ctrl-C stops everything/)
  }, 10 * minutes)
  assert.ok(!ended, started.output())
  return JSON.parse(readFileSync(join(clone.path, '.bridge', 'endpoints.json'), 'utf8')) as Endpoints
}

const curl = async (file: string, token: string, ...headers: string[]) => {
  const options = ['Content-Type: application/json', `X-Gitlab-Token: ${token}`, ...headers].map(
    (header) => `-H '${header}'`,
  )
  const { code, stdout, stderr } = await clone.run(
    `curl -sS -w '\\n%{http_code}' ${options.join(' ')} --data-binary '@${file}' '${endpoints.hook_url}'`,
  )
  assert.equal(code, 0, stderr)
  const [body = '', status] = stdout.split('\n')
  return { status: Number(status), body: JSON.parse(body) as Record<string, string> }
}

const recordsOnAllTopics = async () => {
  const kafka = createKafka(
    readVariables(kafkaVariables, { KAFKA_BROKERS: endpoints.kafka_brokers }),
    'test',
    createLogger('test', { LOG_LEVEL: 'error' }),
  )
  const counts = await Promise.all(eventTypes.map((event) => countOn({ kafka }, names.topic(event))))
  return counts.reduce((sum, count) => sum + count, 0)
}

const schemaIds = async () => {
  const ids = eventTypes.map(async (event) => {
    const answer = await fetch(
      `${endpoints.schema_registry_url}/subjects/${names.subject(names.topic(event))}/versions/latest`,
    )
    return [event, ((await answer.json()) as { id: number }).id] as const
  })
  return Object.fromEntries(await Promise.all(ids))
}

const megabytes = (bytes: number) => Math.round(bytes / 1024 / 1024)

test('`npm start` in a fresh clone, in a path with spaces, reaches the final block', {
  timeout: 15 * minutes,
}, async (t) => {
  const startedAt = Date.now()
  stack = await clone.start()
  endpoints = await untilReady(stack)
  assert.match(stack.output(), /^Installing the packages with npm ci/m)
  t.diagnostic(`npm ci and first start took ${Math.round((Date.now() - startedAt) / 1000)} s`)
})

test('the final block says where everything is', () => {
  const block = stack.output().slice(stack.output().indexOf('The bridge is ready.'))
  for (const text of [
    endpoints.hook_url,
    endpoints.secret_token,
    endpoints.kafka_brokers,
    endpoints.schema_registry_url,
    endpoints.database_url,
  ]) {
    assert.ok(block.includes(text), `${text} in ${block}`)
  }
  for (const url of Object.values(endpoints.metrics)) assert.ok(block.includes(url))
  for (const event of eventTypes) assert.ok(block.includes(names.topic(event)), event)
  assert.match(block, /Workers +.*audit-log.*push-author-log/)
})

test('the lag of every worker can be scraped', async () => {
  const text = await (await fetch(String(endpoints.metrics['lag-exporter']))).text()
  for (const worker of ['audit-log', 'push-author-log'])
    assert.match(
      text,
      new RegExp(
        `^gitlab_bridge_consumer_lag_records\\{group="gitlab-bridge.${worker}",topic="gitlab.push"\\} \\d+$`,
        'm',
      ),
    )
})

test('the curl it prints works as it stands', async () => {
  const command = /Send it a hook:\n\n([\s\S]*?)\n\n/.exec(stack.output())?.[1]
  const { code, stdout, stderr } = await clone.run(String(command))
  assert.equal(code, 0, stderr)
  const { outcome, event } = JSON.parse(stdout)
  assert.deepEqual([outcome, event], ['published', 'push'])
})

test('at rest the ingress takes less than 150 MB and the whole stack less than 1.5 GB', (t) => {
  const processes = stack.processes()
  const ingress = processes.find(({ command }) => command.endsWith('cli/bridge.ts ingress'))
  assert.ok(ingress)
  const wholeBytes = processes.reduce((sum, { rssBytes }) => sum + rssBytes, 0)
  t.diagnostic(
    `RSS: ingress ${megabytes(ingress.rssBytes)} MB; npm and everything below it ${megabytes(wholeBytes)} MB`,
  )
  for (const { command, rssBytes } of processes.toSorted((a, b) => b.rssBytes - a.rssBytes).slice(0, 8)) {
    t.diagnostic(
      `${String(megabytes(rssBytes)).padStart(4)} MB  ${command.slice(0, 30)} … ${command.slice(-50)}`,
    )
  }
  assert.ok(processes.length >= 6, 'the stack was measured')
  assert.ok(megabytes(ingress.rssBytes) < 150)
  assert.ok(megabytes(wholeBytes) < 1536)
})

let deliveryId = ''

test('a push posted by curl is answered 200, naming outcome, event, topic and id', async () => {
  const { status, body } = await curl(pushFile, endpoints.secret_token, 'X-Gitlab-Event: Push Hook')
  assert.equal(status, 200)
  assert.deepEqual([body.outcome, body.event, body.topic], ['published', 'push', 'gitlab.push'])
  deliveryId = String(body.id)
  assert.match(deliveryId, /^[0-9a-f-]{36}$/)
})

test('`npx bridge tail push` prints the record with project id 15 and the exact body', async () => {
  const first = await bridge('tail push --from-beginning --count 1')
  assert.match(first, /"project_id": 15,/)
  assert.ok(
    first.includes(readFileSync(join(clone.path, 'test/fixtures/push.json'), 'utf8')),
    'the body of the first one, from the clone’s sample',
  )

  const records = (await bridge('tail push --from-beginning --count 2 --json'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const record = records.find(({ value }) => value.delivery.id === deliveryId)
  assert.equal(record.value.project_id, 15)
  assert.equal(projectId, 15)
  assert.equal(record.value.raw, push.toString())
})

test('`npx bridge pushes` shows the pusher', async () => {
  await eventually(async () => {
    const line = (await bridge('pushes --json')).split('\n').find((text) => text.includes(deliveryId))
    assert.ok(line)
    const { user_username, user_name, project_id } = JSON.parse(line)
    assert.deepEqual([user_username, user_name, project_id], [pusher, pusherName, 15])
  })
  assert.ok((await bridge('pushes')).includes(`  ${pusher}  `))
})

const auditRows = async () => {
  const client = new pg.Client({ connectionString: endpoints.database_url })
  await client.connect()
  const { rows } = await client.query(
    'select event_type, user_username, raw from audit_log.events where delivery_id = $1',
    [deliveryId],
  )
  await client.end()
  return rows
}

test('the audit log has the row', async () => {
  await eventually(async () =>
    assert.deepEqual(await auditRows(), [{ event_type: 'push', user_username: pusher, raw: push }]),
  )
})

test('a wrong token is answered 401 and nothing is published', async () => {
  const before = await recordsOnAllTopics()
  const { status, body } = await curl(pushFile, 'wrong')
  assert.deepEqual([status, body.outcome], [401, 'unauthenticated'])
  assert.equal(await recordsOnAllTopics(), before)
})

test('what is not JSON is answered 200 and can be seen in quarantine', async () => {
  const { status, body } = await curl('README.md', endpoints.secret_token, 'X-Gitlab-Event: Push Hook')
  assert.deepEqual([status, body.outcome], [200, 'quarantined'])
  const printed = await bridge('tail quarantine --from-beginning --count 1')
  assert.match(printed, /"reason": "not_json"/)
  assert.ok(printed.includes(readFileSync(join(clone.path, 'README.md'), 'utf8')))
})

test('`npx bridge send` posts every bundled sample that is named', async () => {
  for (const name of ['tag_push', 'merge_request']) {
    const { outcome, event } = JSON.parse(await bridge(`send ${name}`))
    assert.deepEqual([outcome, event], ['published', name])
  }
})

test('`npx bridge config` prints the configuration and no secret', async () => {
  const printed = await bridge('config')
  assert.match(printed, /KAFKA_BROKERS +127\.0\.0\.1:\d+ +\(local stack\)/)
  assert.match(printed, /DATABASE_URL +\*\*\*/)
  const { stdout } = await clone.run("INGRESS_SECRET_TOKENS='do not print me' npx bridge config")
  assert.match(stdout, /INGRESS_SECRET_TOKENS +\*\*\*/)
  const password = new URL(endpoints.database_url).password
  for (const secret of ['do not print me', password, endpoints.secret_token])
    assert.ok(!(printed + stdout).includes(secret))
})

test('a fault of the configuration is told by the name of its variable', async () => {
  const { code, stdout } = await clone.run('INGRESS_PORT=door npx bridge config')
  assert.equal(code, 1)
  assert.match(stdout, /INGRESS_PORT .*FAULT/)
})

test('every command has help', async () => {
  const help = await bridge('--help')
  const commands = [...help.matchAll(/^ {2}([a-z][a-z-]+)(?= )/gm)]
    .map(([, name]) => String(name))
    .filter((name) => name !== 'help')
  assert.ok(
    ['local', 'setup', 'ingress', 'consumer', 'send', 'tail', 'pushes', 'config'].every((name) =>
      commands.includes(name),
    ),
    help,
  )
  for (const command of commands) {
    const { stdout } = await clone.run(`PATH="$PWD/node_modules/.bin:$PATH" cli/bridge.ts ${command} --help`) // npx, but quicker
    assert.match(stdout, new RegExp(`^Usage: bridge ${command}`))
  }
})

test('every shell block of the README and of the first steps works as it stands', async () => {
  const blocks = ['README.md', 'docs/try-it.md'].flatMap((page) => blocksOf(readPage(page)))
  const executed = blocks.filter(({ info }) => info === 'sh')
  assert.ok(executed.length >= 5)
  const published = /^\{"outcome":"published","event":"push","topic":"gitlab\.push","id":"[^"]+"\}$/
  const printed = new Map<string, string>()
  for (const { text } of executed) {
    const { code, stdout, stderr } = await clone.run(text)
    assert.equal(code, 0, `${text}\n${stderr}`)
    assert.notEqual(stdout, '', text)
    printed.set(text, stdout)
  }
  assert.match(String(printed.get('npx bridge send push')).trimEnd(), published)
  const [curlOutput = ''] = [...printed].flatMap(([text, stdout]) => (text.includes('curl') ? [stdout] : []))
  assert.match(curlOutput, published)

  for (const { text } of blocks.filter(({ info }) => info === 'sh psql')) {
    if ((await clone.run('command -v psql')).code === 0) {
      const { code, stdout, stderr } = await clone.run(text)
      assert.equal(code, 0, stderr)
      assert.match(stdout, new RegExp(`push .*${pusher}`))
    } else {
      const client = new pg.Client({ connectionString: endpoints.database_url })
      await client.connect()
      const { rows } = await client.query(String(/-c '([^']+)'/.exec(text)?.[1]))
      await client.end()
      assert.ok(
        rows.some(({ event_type, user_username }) => event_type === 'push' && user_username === pusher),
      )
    }
  }
})

let idsBefore: Record<string, number>

test('Ctrl-C stops everything within 10 s and leaves no process', async (t) => {
  idsBefore = await schemaIds()
  const processes = stack.processes()
  const startedAt = Date.now()
  stack.pressCtrlC()
  await stack.exited
  await eventually(() => assert.deepEqual(stillRunning(processes), []), 10_000)
  const took = Date.now() - startedAt
  t.diagnostic(`stopped after ${(took / 1000).toFixed(1)} s`)
  assert.ok(took < 10_000, `took ${took} ms`)
  assert.deepEqual(processesNaming(clone.path), [])
  assert.match(stack.output(), /local +\| stopped/)
  assert.equal(existsSync(join(clone.path, '.bridge', 'endpoints.json')), false)
})

test('with everything down `npx bridge pushes` still answers', async () => {
  assert.ok((await bridge('pushes')).includes(`  ${pusher}  `))
})

test('a second `npm start` installs nothing and finds the same data and the same schema ids', {
  timeout: 10 * minutes,
}, async (t) => {
  const startedAt = Date.now()
  const token = endpoints.secret_token
  stack = await clone.start()
  endpoints = await untilReady(stack)
  t.diagnostic(`second start took ${Math.round((Date.now() - startedAt) / 1000)} s`)
  assert.doesNotMatch(stack.output(), /Installing the packages|downloading/)
  assert.equal(endpoints.secret_token, token)
  assert.deepEqual(await schemaIds(), idsBefore)
  const records = await bridge('tail push --from-beginning --count 2 --json')
  assert.ok(records.includes(deliveryId))
  assert.equal((await auditRows()).length, 1)
})

test('a kill -9 of the supervisor leaves no process', async () => {
  const processes = stack.processes()
  const supervisor = processes.filter(({ command }) => command.endsWith('cli/bridge.ts local')).at(-1)
  assert.ok(supervisor)
  process.kill(supervisor.pid, 'SIGKILL')
  await eventually(() => assert.deepEqual(stillRunning(processes), []), 30_000)
  assert.deepEqual(processesNaming(clone.path), [])
})
