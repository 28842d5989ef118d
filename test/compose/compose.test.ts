import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { consumers } from '../../consumers/index.ts'
import { logFollowers } from '../../consumers/workers.ts'
import { allDashboards } from '../../monitoring/dashboards/all-dashboards.ts'
import { eventually } from '../helpers/process/eventually.ts'
import { type Compose, createCompose } from '../helpers/servers/compose.ts'

const body = await readFile(new URL('../fixtures/push.json', import.meta.url), 'utf8')
const dashboard = await readFile(
  new URL('../../monitoring/grafana/dashboards/bridge-lost.json', import.meta.url),
  'utf8',
)
const push = JSON.parse(body) as { project_id: number; user_username: string; after: string }
/** How long a container may take to show what a test waits for. */
const limitMs = 60_000

let compose: Compose
let firstHook: string

before(async () => {
  compose = await createCompose(`bridge-test-${process.pid}`)
  await compose.up()
})
after(() => compose?.remove())

test('comes up whole: Prometheus reaches every process and Grafana finds the dashboards', async () => {
  await eventually(async () => {
    const up = await queryPrometheus<{ metric: { process: string }; value: [number, string] }>('up')
    const reached = up.filter(({ value }) => value[1] === '1').map(({ metric }) => metric.process)
    assert.deepEqual(reached.sort(), [
      'audit-log',
      'ingress',
      'lag-exporter',
      'prometheus',
      'push-author-log',
    ])
  }, limitMs)
  const found = (await getJson(`${local('GRAFANA_PORT')}/api/search`)) as { uid: string }[]
  assert.deepEqual(
    found.map(({ uid }) => uid).sort(),
    allDashboards(consumers, logFollowers)
      .map(({ uid }) => uid)
      .sort(),
  )
})

test('every metric of the first dashboard exists', async () => {
  const names = new Set(dashboard.match(/gitlab_bridge_\w+/g))
  assert.ok(names.size > 8)
  await eventually(async () => {
    const { data } = (await getJson(`${local('PROMETHEUS_PORT')}/api/v1/label/__name__/values`)) as {
      data: string[]
    }
    assert.deepEqual([...names.difference(new Set(data))], [], 'metrics that no process exports')
  }, limitMs)
})

test('a hook with a wrong secret token is turned away', async () => {
  const response = await post('not the token')
  assert.equal(response.status, 401)
})

test('a hook posted from outside is on its topic and reaches both workers', async () => {
  firstHook = await postPush()
  await reachesEverything(firstHook, 1)
})

test('down and up again loses nothing, and schemas keep their ids', async () => {
  const schemaIds = await readSchemaIds()
  assert.ok(Object.keys(schemaIds).length > 5)

  await compose.run('down')
  await compose.up()

  assert.deepEqual(await readSchemaIds(), schemaIds)
  const secondHook = await postPush()
  await reachesEverything(secondHook, 2)
  await reachesEverything(firstHook, 2)
})

const reachesEverything = async (id: string, records: number) => {
  const onTopic = (await jsonLines(
    'ingress',
    'tail',
    'push',
    '--from-beginning',
    '--count',
    String(records),
    '--timeout',
    '30',
    '--json',
  )) as {
    topic: string
    key: string
    value: { delivery: { id: string }; project_id: number; raw: string }
  }[]
  assert.equal(onTopic.length, records)
  const record = onTopic.find(({ value }) => value.delivery.id === id)
  assert.equal(record?.topic, 'gitlab.push')
  assert.equal(record.key, String(push.project_id))
  assert.equal(record.value.project_id, push.project_id)
  assert.equal(record.value.raw, body)

  const lines = await eventually(async () => {
    const all = (await jsonLines('push-author-log', 'pushes', '--json')) as {
      after: string
      user_username: string
    }[]
    // The same push that is posted again is the same line.
    const ours = all.filter(({ after }) => after === push.after)
    assert.ok(ours.length > 0, 'the push log does not have the hook')
    return ours
  }, limitMs)
  assert.deepEqual(
    lines.map(({ user_username }) => user_username),
    [push.user_username],
  )

  const rows = await eventually(async () => {
    const hex = await query(`select encode(raw, 'hex') from audit_log.events where delivery_id = '${id}'`)
    assert.notEqual(hex, '', 'the audit log does not have the hook')
    return hex.split('\n')
  }, limitMs)
  assert.deepEqual(rows, [Buffer.from(body).toString('hex')])
}

const postPush = async (): Promise<string> => {
  const token = await compose.exec('ingress', 'cat', '/secrets/tokens')
  const response = await post(token.trim())
  assert.equal(response.status, 200)
  const { outcome, event, topic, id } = (await response.json()) as Record<string, string>
  assert.deepEqual({ outcome, event, topic }, { outcome: 'published', event: 'push', topic: 'gitlab.push' })
  assert.match(id ?? '', /^[0-9a-f-]{36}$/)
  return id ?? ''
}

const post = (token: string): Promise<Response> => {
  const headers = {
    'content-type': 'application/json',
    'x-gitlab-event': 'Push Hook',
    'x-gitlab-token': token,
  }
  return fetch(`${local('INGRESS_PORT')}/hooks`, { method: 'POST', headers, body })
}

const readSchemaIds = async (): Promise<Record<string, number>> => {
  const subjects = `${local('LOCAL_REGISTRY_PORT')}/apis/ccompat/v7/subjects`
  const names = (await getJson(subjects)) as string[]
  const ids = names.sort().map(async (name) => {
    const { id } = (await getJson(`${subjects}/${name}/versions/latest`)) as { id: number }
    return [name, id] as const
  })
  return Object.fromEntries(await Promise.all(ids))
}

const jsonLines = async (service: string, ...command: string[]): Promise<unknown[]> => {
  const text = await compose.exec(service, 'bridge', ...command)
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

const query = async (sql: string): Promise<string> => {
  const text = await compose.exec(
    'postgres',
    'psql',
    '--username=postgres',
    '--dbname=gitlab_bridge',
    '--no-align',
    '--tuples-only',
    '--command',
    sql,
  )
  return text.trim()
}

const queryPrometheus = async <Sample>(promql: string): Promise<Sample[]> => {
  const url = `${local('PROMETHEUS_PORT')}/api/v1/query?query=${encodeURIComponent(promql)}`
  return ((await getJson(url)) as { data: { result: Sample[] } }).data.result
}

const getJson = async (url: string): Promise<unknown> => {
  const response = await fetch(url, { headers: { accept: 'application/json' } })
  assert.equal(response.status, 200, url)
  return response.json()
}

const local = (variable: keyof Compose['ports']): string => `http://127.0.0.1:${compose.ports[variable]}`
