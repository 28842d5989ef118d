import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { readVariables } from '../../../lib/config.ts'
import { createKafka, kafkaVariables } from '../../../lib/kafka/client.ts'
import { quietLogger } from '../../../lib/logger.ts'
import { type EventType, eventTypes } from '../../../schemas/catalogue.ts'
import { createNames } from '../../../schemas/topics.ts'
import { countOn } from '../records/records.ts'
import type { Clone, Started } from './clone.ts'
import { eventually } from './eventually.ts'

/** The contents of `.bridge/endpoints.json`. */
export interface Endpoints {
  hook_url: string
  secret_token: string
  kafka_brokers: string
  schema_registry_url: string
  database_url: string
  audit_reader_url: string
  metrics: Record<string, string>
}

/**
 * The local stack of a clone.
 * Each test may ask for it to run, or to be stopped, whatever the tests before it did.
 */
export interface CloneStack {
  /** Starts the stack unless it runs. */
  running(): Promise<RunningStack>
  /** Stops the stack unless it is stopped; every process is gone then. */
  stopped(): Promise<void>
}

export interface RunningStack extends Started {
  endpoints: Endpoints
  /** Posts a file by curl, as a user would. */
  curl(file: string, token: string, ...headers: string[]): Promise<CurlAnswer>
  /** How many records the topics of these events hold; by default, all topics. */
  countRecords(events?: readonly EventType[]): Promise<number>
  /** The id of the latest schema of each event. */
  schemaIds(): Promise<Record<string, number>>
  auditRows(deliveryId: string): Promise<object[]>
}

export interface CurlAnswer {
  status: number
  body: Record<string, string>
}

const names = createNames('')
const startLimitMs = 10 * 60_000

export const createCloneStack = (clone: Clone): CloneStack => {
  let current: Promise<RunningStack> | undefined
  return {
    running: () => {
      current ??= start(clone).then((stack) => {
        void stack.exited.then(() => {
          current = undefined
        })
        return stack
      })
      return current
    },
    stopped: async () => {
      const stack = await current
      if (stack === undefined) return
      stack.pressCtrlC()
      await stack.exited
    },
  }
}

const start = async (clone: Clone): Promise<RunningStack> => {
  const started = await clone.start()
  const ended = started.exited.then(() => Promise.reject(new Error(`npm start ended:\n${started.output()}`)))
  ended.catch(() => undefined)
  const ready = eventually(
    () => assert.match(started.output(), /The bridge is ready\.[\s\S]*Ctrl-C stops everything/),
    startLimitMs,
  )
  await Promise.race([ready, ended])
  const endpoints = JSON.parse(
    readFileSync(join(clone.path, '.bridge', 'endpoints.json'), 'utf8'),
  ) as Endpoints
  return {
    ...started,
    endpoints,
    curl: (file, token, ...headers) => postByCurl(clone, endpoints.hook_url, file, token, headers),
    countRecords: (events = eventTypes) => countRecords(endpoints, events),
    schemaIds: () => readSchemaIds(endpoints),
    auditRows: (deliveryId) => readAuditRows(endpoints, deliveryId),
  }
}

const postByCurl = async (
  clone: Clone,
  url: string,
  file: string,
  token: string,
  headers: readonly string[],
): Promise<CurlAnswer> => {
  const all = ['Content-Type: application/json', `X-Gitlab-Token: ${token}`, ...headers]
  const options = all.map((header) => `-H '${header}'`).join(' ')
  const { code, stdout, stderr } = await clone.run(
    `curl -sS -w '\\n%{http_code}' ${options} --data-binary '@${file}' '${url}'`,
  )
  assert.equal(code, 0, stderr)
  const [body = '', status] = stdout.split('\n')
  return { status: Number(status), body: JSON.parse(body) as Record<string, string> }
}

const countRecords = async ({ kafka_brokers }: Endpoints, events: readonly EventType[]): Promise<number> => {
  const settings = readVariables(kafkaVariables, { KAFKA_BROKERS: kafka_brokers })
  const kafka = createKafka(settings, 'test', quietLogger())
  const counts = await Promise.all(events.map((event) => countOn({ kafka }, names.topic(event))))
  return counts.reduce((sum, count) => sum + count, 0)
}

const readSchemaIds = async ({ schema_registry_url }: Endpoints): Promise<Record<string, number>> => {
  const ids = eventTypes.map(async (event) => {
    const subject = names.subject(names.topic(event))
    const answer = await fetch(`${schema_registry_url}/subjects/${subject}/versions/latest`)
    return [event, ((await answer.json()) as { id: number }).id] as const
  })
  return Object.fromEntries(await Promise.all(ids))
}

const readAuditRows = async ({ audit_reader_url }: Endpoints, deliveryId: string): Promise<object[]> => {
  const client = new pg.Client({ connectionString: audit_reader_url })
  await client.connect()
  const text = 'select event_type, user_username, raw from audit_log.events where delivery_id = $1'
  const { rows } = await client.query(text, [deliveryId])
  await client.end()
  return rows
}
