// `npm start` in a fresh clone, and what a user does then. No test depends on another: each asks for a stack
// that runs, or for one that is stopped, and posts the hooks that it needs.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { eventTypes } from '../../schemas/catalogue.ts'
import { createNames } from '../../schemas/topics.ts'
import { createClone } from '../helpers/process/clone.ts'
import { createCloneStack, type RunningStack } from '../helpers/process/clone-stack.ts'
import { eventually } from '../helpers/process/eventually.ts'
import { ownBytesOf, processesNaming, stillRunning } from '../helpers/process/running-processes.ts'
import { assertAccepted } from '../helpers/records/accepted.ts'
import { blocksOf, readPage } from '../helpers/records/markdown.ts'

const minutes = 60_000
const names = createNames('')
// The corpus lies beside the repository where there is one. The fixture is of the same shape.
const corpus = fileURLToPath(
  new URL('../../../shared/payloads/gitlab-docs-19.4-webhooks/push.json', import.meta.url),
)
const pushFile = existsSync(corpus)
  ? corpus
  : fileURLToPath(new URL('../fixtures/push.json', import.meta.url))
const push = readFileSync(pushFile)
const sample = JSON.parse(push.toString())
const { user_username: pusher, user_name: pusherName, after: pushedCommit } = sample

const clone = await createClone()
const { running, stopped } = createCloneStack(clone)
let firstOutput: string
let firstStartSeconds: number
before(
  async () => {
    const startedAt = Date.now()
    firstOutput = (await running()).output()
    firstStartSeconds = Math.round((Date.now() - startedAt) / 1000)
  },
  { timeout: 15 * minutes },
)

/** The same as `npx bridge`, which the blocks of the README use, but quicker. */
const bridge = async (command: string) => {
  const { code, stdout, stderr } = await clone.run(
    `PATH="$PWD/node_modules/.bin:$PATH" cli/bridge.ts ${command}`,
  )
  assert.equal(code, 0, `bridge ${command}: ${stderr}`)
  return stdout
}

/** Posts a push by curl; resolves to its delivery id. */
const postPush = async ({ curl, endpoints }: RunningStack): Promise<string> => {
  const { status, body } = await curl(pushFile, endpoints.secret_token, 'X-Gitlab-Event: Push Hook')
  assertAccepted(body, 'push', status)
  assert.equal(body.topic, 'gitlab.push')
  assert.match(String(body.id), /^[0-9a-f-]{36}$/)
  return String(body.id)
}

test('`npm start` in a fresh clone (path with spaces) installs packages and prints the block', async (t) => {
  t.diagnostic(`npm ci and first start took ${firstStartSeconds} s`)
  assert.match(firstOutput, /^Installing the packages with npm ci/m)
  assert.match(firstOutput, /The bridge is ready\.[\s\S]*Ctrl-C stops everything/)
})

test('the final block names every address, topic and worker', async () => {
  const stack = await running()
  const block = stack.output().slice(stack.output().indexOf('The bridge is ready.'))
  const { hook_url, secret_token, kafka_brokers, schema_registry_url, database_url } = stack.endpoints
  const addresses = [hook_url, secret_token, kafka_brokers, schema_registry_url, database_url]
  for (const text of [...addresses, ...Object.values(stack.endpoints.metrics)])
    assert.ok(block.includes(text), `${text} in ${block}`)
  for (const event of eventTypes) assert.ok(block.includes(names.topic(event)), event)
  assert.match(block, /Workers +.*audit-log.*push-author-log.*project-directory/)
})

test('the lag exporter exports the lag of every worker', async () => {
  const { endpoints } = await running()
  // The first measurement may still be running.
  await eventually(async () => {
    const text = await (await fetch(String(endpoints.metrics['lag-exporter']))).text()
    for (const worker of ['audit-log', 'push-author-log', 'project-directory'])
      assert.ok(text.includes(`_consumer_lag_records{group="gitlab-bridge.${worker}",topic="gitlab.push"} `))
  })
})

test('the curl command in the final block works unchanged', async () => {
  const command = /Send it a hook:\n\n([\s\S]*?)\n\n/.exec((await running()).output())?.[1]
  const { code, stdout, stderr } = await clone.run(String(command))
  assert.equal(code, 0, stderr)
  assertAccepted(JSON.parse(stdout), 'push')
})

test('the ingress takes less than 150 MB and the whole stack less than 1.5 GB', async (t) => {
  const megabytes = (bytes: number) => Math.round(bytes / 1024 / 1024)
  const processes = (await running()).processes()
  const ingress = processes.find(({ command }) => command.endsWith('cli/bridge.ts ingress'))
  assert.ok(ingress)
  const whole = megabytes(processes.reduce((sum, each) => sum + ownBytesOf(each), 0))
  t.diagnostic(`ingress ${megabytes(ingress.rssBytes)} MB (RSS); npm and all below it ${whole} MB (PSS)`)
  for (const { command, rssBytes } of processes.toSorted((a, b) => b.rssBytes - a.rssBytes).slice(0, 8)) {
    const size = String(megabytes(rssBytes)).padStart(4)
    t.diagnostic(`${size} MB  ${command.slice(0, 30)} … ${command.slice(-50)}`)
  }
  assert.ok(processes.length >= 6, 'the whole stack was measured')
  assert.ok(megabytes(ingress.rssBytes) < 150)
  assert.ok(whole < 1536)
})

test('a push posted by curl is answered 200, with outcome, event, topic and id', async () => {
  await postPush(await running())
})

test('`bridge tail push` prints the record with project id 15 and the exact body', async () => {
  const stack = await running()
  const deliveryId = await postPush(stack)
  const tail = `tail push --from-beginning --count ${await stack.countRecords(['push'])}`
  const printed = await bridge(tail)
  assert.match(printed, /"project_id": 15,/)
  assert.ok(printed.includes(push.toString()), 'the body is printed as it was sent')

  const lines = (await bridge(`${tail} --json`)).trim().split('\n')
  const record = lines.map((line) => JSON.parse(line)).find(({ value }) => value.delivery.id === deliveryId)
  assert.equal(record.value.project_id, 15)
  assert.equal(sample.project_id, 15)
  assert.equal(record.value.raw, push.toString())
})

test('`bridge pushes` shows who has pushed', async () => {
  await postPush(await running())
  const line = await untilInPushLog()
  const { user_username, user_name, project_id } = JSON.parse(line)
  assert.deepEqual([user_username, user_name, project_id], [pusher, pusherName, 15])
  assert.ok((await bridge('pushes')).includes(`  ${pusher}  `))
})

/** The tests post one push several times, which is one line. The curl command can post another push. */
const untilInPushLog = (): Promise<string> =>
  eventually(async () => {
    const lines = (await bridge('pushes --json')).split('\n')
    const [line, ...others] = lines.filter((text) => text.includes(`"after":"${pushedCommit}"`))
    assert.ok(line)
    assert.deepEqual(others, [])
    return line
  })

/** Waits until the push is in the audit log. */
const untilAudited = ({ auditRows }: RunningStack, deliveryId: string) =>
  eventually(async () =>
    assert.deepEqual(await auditRows(deliveryId), [{ event_type: 'push', user_username: pusher, raw: push }]),
  )

test('the audit log has one row for a push', async () => {
  const stack = await running()
  await untilAudited(stack, await postPush(stack))
})

test('a wrong token is answered 401 and nothing is published', async () => {
  const { countRecords, curl } = await running()
  const before = await countRecords()
  const { status, body } = await curl(pushFile, 'wrong')
  assert.deepEqual([status, body.outcome], [401, 'unauthenticated'])
  assert.equal(await countRecords(), before)
})

test('a body that is not JSON is accepted and is printed by `bridge tail quarantine`', async () => {
  const { curl, endpoints } = await running()
  const { status, body } = await curl('README.md', endpoints.secret_token, 'X-Gitlab-Event: Push Hook')
  // On a busy machine it is spooled first.
  assert.match(`${status} ${body.outcome}`, /^(200 quarantined|202 spooled)$/)
  const printed = await bridge('tail quarantine --from-beginning --count 1')
  assert.match(printed, /"reason": "not_json"/)
  assert.ok(printed.includes(readFileSync(join(clone.path, 'README.md'), 'utf8')))
})

test('`bridge send` posts a bundled sample by its name', async () => {
  await running()
  for (const name of ['tag_push', 'merge_request'])
    assertAccepted(JSON.parse(await bridge(`send ${name}`)), name)
})

test('`bridge config` prints the configuration without secrets', async () => {
  const { endpoints } = await running()
  const printed = await bridge('config')
  assert.match(printed, /KAFKA_BROKERS +127\.0\.0\.1:\d+ +\(local stack\)/)
  assert.match(printed, /DATABASE_URL +\*\*\*/)
  const { stdout } = await clone.run("INGRESS_SECRET_TOKENS='do not print me' npx bridge config")
  assert.match(stdout, /INGRESS_SECRET_TOKENS +\*\*\*/)
  const password = new URL(endpoints.database_url).password
  for (const secret of ['do not print me', password, endpoints.secret_token])
    assert.ok(!(printed + stdout).includes(secret))
})

test('`bridge config` names the variable that is wrong', async () => {
  await running()
  const { code, stdout } = await clone.run('INGRESS_PORT=door npx bridge config')
  assert.equal(code, 1)
  assert.match(stdout, /INGRESS_PORT .*FAULT/)
})

test('`bridge --help` lists the commands, and each of them has help', async () => {
  await running()
  const help = await bridge('--help')
  const listed = [...help.matchAll(/^ {2}([a-z][a-z-]+)(?= )/gm)].map(([, name]) => String(name))
  const commands = listed.filter((name) => name !== 'help')
  const expected = ['local', 'setup', 'ingress', 'consumer', 'send', 'tail', 'pushes', 'config']
  assert.deepEqual(
    expected.filter((name) => !commands.includes(name)),
    [],
    help,
  )
  // A contract test reads the help of the others.
  for (const command of expected)
    assert.match(await bridge(`${command} --help`), new RegExp(`^Usage: bridge ${command} `))
})

test('every shell block of the README and of the first steps works as it stands', async () => {
  const stack = await running()
  const blocks = ['README.md', 'docs/try-it.md'].flatMap((page) => blocksOf(readPage(page)))
  const executed = blocks.filter(({ info }) => info === 'sh')
  assert.ok(executed.length >= 5)
  const accepted =
    /^\{"outcome":"(?:published|spooled)","event":"push","topic":"gitlab\.push","id":"[^"]+"\}$/
  const printed = new Map<string, string>()
  for (const { text } of executed) {
    const { code, stdout, stderr } = await clone.run(text)
    assert.equal(code, 0, `${text}\n${stderr}`)
    assert.notEqual(stdout, '', text)
    printed.set(text, stdout)
  }
  assert.match(String(printed.get('npx bridge send push')).trimEnd(), accepted)
  const outputOf = (word: string) => [...printed].find(([text]) => text.includes(word))?.[1] ?? ''
  const audit = /push {14}Ingrid .* pushed 2 commits [\s\S]*\nThe audit log is sound\.\nanchor on this /
  assert.match(outputOf('bridge audit'), audit)
  assert.match(outputOf('curl'), accepted)
  // The newest ten rows are printed. Those of the simulation need not have a push among them.
  await untilAudited(stack, await postPush(stack))
  for (const { text } of blocks.filter(({ info }) => info === 'sh psql')) {
    if ((await clone.run('command -v psql')).code === 0) {
      const { code, stdout, stderr } = await clone.run(text)
      assert.equal(code, 0, stderr)
      assert.match(stdout, /\| push +\| \w+/)
    } else {
      const client = new pg.Client({ connectionString: stack.endpoints.audit_reader_url })
      await client.connect()
      const { rows } = await client.query(String(/-c '([^']+)'/.exec(text)?.[1])).finally(() => client.end())
      assert.ok(rows.some(({ event_type, user_username }) => event_type === 'push' && user_username))
    }
  }
})

test('the stack is stopped and started again', { timeout: 10 * minutes }, async (t) => {
  const first = await running()
  const deliveryId = await postPush(first)
  await untilAudited(first, deliveryId)
  await untilInPushLog()
  const ids = await first.schemaIds()

  await t.test('Ctrl-C stops everything within 10 s and leaves no process', async (t) => {
    const processes = first.processes()
    const startedAt = Date.now()
    first.pressCtrlC()
    await first.exited
    await eventually(() => assert.deepEqual(stillRunning(processes), []), 10_000)
    const tookMs = Date.now() - startedAt
    t.diagnostic(`stopped after ${(tookMs / 1000).toFixed(1)} s`)
    assert.ok(tookMs < 10_000, `took ${tookMs} ms`)
    assert.deepEqual(processesNaming(clone.path), [])
    assert.match(first.output(), /local +\| stopped/)
    assert.equal(existsSync(join(clone.path, '.bridge', 'endpoints.json')), false)
  })

  await t.test('a second `npm start` installs nothing and keeps data', async (t) => {
    await stopped()
    // It reads the push log with everything down.
    assert.ok((await bridge('pushes')).includes(`  ${pusher}  `))
    const startedAt = Date.now()
    const second = await running()
    t.diagnostic(`it took ${Math.round((Date.now() - startedAt) / 1000)} s`)
    assert.doesNotMatch(second.output(), /Installing the packages|downloading/)
    assert.equal(second.endpoints.secret_token, first.endpoints.secret_token)
    assert.deepEqual(await second.schemaIds(), ids)
    const count = await second.countRecords(['push'])
    assert.ok((await bridge(`tail push --from-beginning --count ${count} --json`)).includes(deliveryId))
    assert.equal((await second.auditRows(deliveryId)).length, 1)
  })
})

test('a kill -9 of the supervisor leaves no process', async () => {
  const processes = (await running()).processes()
  const supervisor = processes.filter(({ command }) => command.endsWith('cli/bridge.ts local')).at(-1)
  assert.ok(supervisor)
  process.kill(supervisor.pid, 'SIGKILL')
  await eventually(() => assert.deepEqual(stillRunning(processes), []), 30_000)
  assert.deepEqual(processesNaming(clone.path), [])
})
