import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { eventually } from '../process/eventually.ts'
import type { Compose } from '../servers/compose.ts'

/** How long a container may take to show what a test waits for. */
const limitMs = 90_000
const text = readFileSync(new URL('../../fixtures/push.json', import.meta.url), 'utf8')

/** What a push looks like from outside of a running docker compose project. */
export interface StackProbe {
  /** Posts a push whose commit is new, and resolves to the id of its delivery. */
  post(): Promise<Push>
  /** Posts a push with this token and resolves to the status. */
  postWith(token: string): Promise<number>
  /** Waits until every default worker shows the push, and the directory the last one. @throws Error */
  reaches(push: Push): Promise<void>
  /** Posts a body with the token of the stack; resolves to the answer. @throws if it is not 200 or 202 */
  postBody(body: string, event: string): Promise<Record<string, string>>
  getJson(variable: keyof Compose['ports'], path: string, headers?: Record<string, string>): Promise<unknown>
}

export interface Push {
  id: string
  /** `published`, or `spooled` if the ingress had no connection to the brokers. */
  outcome: string
  body: string
  /** The commit after the push, which no other push of the test has. */
  after: string
}

export const createStackProbe = (compose: Compose): StackProbe => {
  const url = (variable: keyof Compose['ports'], path: string) =>
    `http://127.0.0.1:${compose.ports[variable]}${path}`
  const getJson: StackProbe['getJson'] = async (variable, path, headers = {}) => {
    const response = await fetch(url(variable, path), { headers: { accept: 'application/json', ...headers } })
    assert.equal(response.status, 200, path)
    return response.json()
  }
  const secret = async (service: string, name: string) =>
    (await compose.exec(service, 'cat', `/secrets/${name}`)).trim()
  const send = (token: string, body: string, event = 'Push Hook') => {
    const headers = {
      'content-type': 'application/json',
      'x-gitlab-event': event,
      'x-gitlab-token': token,
    }
    return fetch(url('INGRESS_PORT', '/hooks'), { method: 'POST', headers, body })
  }
  const postBody: StackProbe['postBody'] = async (body, event) => {
    const response = await send(await secret('ingress', 'tokens'), body, event)
    const answer = (await response.json()) as Record<string, string>
    // 202: an ingress that has just been started may not have connected to the brokers yet.
    assert.ok(response.status === 200 || response.status === 202, `${response.status} ${answer.outcome}`)
    return answer
  }
  let pushes = 0
  /** The commit of the last push: the directory has no earlier commit of a branch. */
  let newest = 'eac4319652648775ff6caff67b5d09e313e02127'
  return {
    getJson,
    postBody,
    postWith: async (token) => (await send(token, text)).status,
    post: async () => {
      pushes += 1
      const after = (BigInt(Date.now()) * 1000n + BigInt(pushes)).toString(16).padStart(40, '0')
      const body = JSON.stringify({ ...JSON.parse(text), before: newest, after, checkout_sha: after })
      const { id = '', outcome = '' } = await postBody(body, 'Push Hook')
      newest = after
      return { id, outcome, body, after }
    },
    reaches: async ({ id, body, after }) => {
      await eventually(async () => {
        const hex = await query(
          compose,
          `select encode(raw, 'hex') from audit_log.events where delivery_id = '${id}'`,
        )
        assert.equal(hex, Buffer.from(body).toString('hex'), 'the audit log does not have the hook')
      }, limitMs)
      await eventually(async () => {
        const lines = await compose.exec('push-author-log', 'bridge', 'pushes', '--json')
        assert.equal(lines.split(`"after":"${after}"`).length, 2, 'the push log does not have the hook once')
      }, limitMs)
      const directory = { authorization: `Bearer ${await secret('project-directory', 'token')}` }
      await eventually(async () => {
        const branches = JSON.stringify(
          await getJson('PROJECT_DIRECTORY_PORT', '/projects/15/branches', directory),
        )
        assert.ok(branches.includes(newest), 'the directory does not have the newest commit')
      }, limitMs)
      const feed = { authorization: `Bearer ${await secret('event-feed', 'token')}` }
      const since = new Date(Date.now() - 3_600_000).toISOString()
      const stream = await fetch(url('EVENT_FEED_PORT', `/sse/push?since=${since}`), { headers: feed })
      assert.equal(stream.status, 200)
      await untilSeen(stream, after)
    },
  }
}

/** What psql prints in the container of PostgreSQL. */
export const query = async (compose: Compose, sql: string): Promise<string> => {
  const psql = ['psql', '--username=postgres', '--dbname=gitlab_bridge', '--no-align', '--tuples-only']
  return (await compose.exec('postgres', ...psql, '--command', sql)).trim()
}

const untilSeen = async (stream: Response, wanted: string): Promise<void> => {
  const reader = (stream.body ?? assert.fail('no body')).pipeThrough(new TextDecoderStream()).getReader()
  const timeout = AbortSignal.timeout(limitMs)
  timeout.addEventListener('abort', () => void reader.cancel())
  for (let seen = ''; ; ) {
    const { value, done } = await reader.read()
    if (done) assert.fail('the feed does not have the hook')
    seen = (seen + value).slice(-65_536)
    if (seen.includes(wanted)) return await reader.cancel()
  }
}
