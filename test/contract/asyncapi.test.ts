import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AvroSchemaParser } from '@asyncapi/avro-schema-parser'
import { Parser } from '@asyncapi/parser'
import { generateAsyncApi } from '../../docs/generate/asyncapi.ts'
import { describeEvents } from '../../docs/generate/describe.ts'
import { catalogue, eventTypes, type Records } from '../../schemas/catalogue.ts'
import { hookHeaderNames } from '../../schemas/hook-headers.ts'
import { typeOfShape, wireSchema } from '../../schemas/load.ts'

const events = describeEvents()
const text = generateAsyncApi(events)

interface Channel {
  address: string
  bindings: { kafka: { topicConfiguration: Record<string, unknown>; 'x-retention-class': string } }
}
interface Message {
  payload: unknown
  description: string
  bindings: { kafka: { key: { description: string; examples: string[] } } }
  examples: {
    headers: Record<string, string>
    payload: Record<string, unknown> & { delivery: Records['push']['delivery'] }
  }[]
}
interface HeadersSchema {
  required: string[]
  properties: Record<string, { const?: string; pattern?: string }>
}
const document = JSON.parse(text) as {
  channels: Record<string, Channel>
  components: {
    messages: Record<string, Message>
    schemas: Record<string, { schemaFormat?: string; schema?: unknown }> & { headers: HeadersSchema }
  }
}

// The types of the Avro parser name an older version of the AsyncAPI parser than the one it works with.
const parser = new Parser({ schemaParsers: [AvroSchemaParser() as never] })
const errorsIn = async (json: string): Promise<string[]> => {
  const { diagnostics } = await parser.parse(json)
  return diagnostics
    .filter(({ severity }) => severity <= 1)
    .map(({ message, path }) => `${path.join('.')}: ${message}`)
}

test('it is AsyncAPI 3 with Avro payloads, without an error or a warning', async () => {
  assert.deepEqual(await errorsIn(text), [])
})

test('the parser finds a broken reference and an invalid binding', async () => {
  const small = generateAsyncApi(events.filter(({ event }) => event === 'push'))
  const errorsAfter = (find: string, replace: string) => {
    assert.ok(small.includes(find), find)
    return errorsIn(small.replace(find, replace))
  }
  assert.match(
    (await errorsAfter('"#/components/messages/push"', '"#/components/messages/pish"')).join(),
    /pish' does not exist/,
  )
  assert.match((await errorsAfter('"partitions": 6', '"partitions": "six"')).join(), /must be integer/)
})

// For AsyncAPI 3 the parser checks neither Avro payloads nor examples. The tests below check them.
test('every payload is the registered schema, and the Avro parser accepts it', async () => {
  const { headers: _, ...payloads } = document.components.schemas
  const avro = AvroSchemaParser()
  const problemsOf = async (data: unknown) => avro.validate({ data } as never)
  for (const [shape, { schemaFormat, schema }] of Object.entries(payloads)) {
    assert.ok(avro.getMimeTypes().includes(String(schemaFormat)), schemaFormat)
    assert.deepEqual(schema, JSON.parse(wireSchema(shape)))
    assert.deepEqual(await problemsOf(schema), [], shape)
  }
  assert.deepEqual(
    Object.keys(payloads),
    [...new Set(eventTypes.map((event) => catalogue[event].schema))].sort(),
  )
  for (const event of eventTypes)
    assert.deepEqual(document.components.messages[event]?.payload, {
      $ref: `#/components/schemas/${catalogue[event].schema}`,
    })
  assert.notDeepEqual(
    await problemsOf({ type: 'record', name: 'R', fields: [{ name: 'ref', type: 'lung' }] }),
    [],
  )
})

test('every event has its topic, its retention and its key', () => {
  assert.deepEqual(Object.keys(document.channels), eventTypes)
  for (const event of eventTypes) {
    const { address, bindings } = document.channels[event] as Channel
    assert.equal(address, event === 'interval' ? 'gitlab-bridge.intervals' : `gitlab.${event}`)
    assert.equal(bindings.kafka['x-retention-class'], catalogue[event].retention)
    assert.deepEqual(bindings.kafka.topicConfiguration['cleanup.policy'], ['delete'])
  }
  const daysOf = (event: string) =>
    Number(document.channels[event]?.bindings.kafka.topicConfiguration['retention.ms']) / 86_400_000
  assert.deepEqual([daysOf('push'), daysOf('job')], [90, 14])
  assert.equal(document.channels.project_create?.bindings.kafka.topicConfiguration['retention.ms'], -1)
})

test('the example of every event is a record of its schema, with the key and headers of the ingress', () => {
  const { required, properties } = document.components.schemas.headers
  for (const { event, example } of events) {
    const [{ headers, payload } = assert.fail(event)] = document.components.messages[event]?.examples ?? []
    assert.ok(
      typeOfShape(catalogue[event].schema).isValid({ ...payload, raw: Buffer.from(String(payload.raw)) }),
      event,
    )
    assert.equal(payload.delivery.event_type, event)
    assert.deepEqual(payload.delivery.coercion_faults, [], event)
    assert.deepEqual(headers, example.headers)
    const optional = hookHeaderNames.filter((name) => headers[name] !== undefined)
    assert.deepEqual(Object.keys(headers).sort(), [...required, ...optional].sort())
    assert.deepEqual([...required, ...hookHeaderNames], Object.keys(properties))
    for (const name of required) {
      const { const: only = headers[name], pattern = '' } = properties[name] ?? assert.fail(name)
      assert.equal(headers[name], only)
      assert.match(String(headers[name]), new RegExp(pattern))
    }
    assert.equal(headers.ce_type, `com.gitlab.${event}`)
    assert.equal(headers.ce_id, payload.delivery.id)
    assert.deepEqual(document.components.messages[event]?.bindings.kafka.key.examples, [headers.ce_subject])
  }
})

test('the description of every key fits its example: a project, group:, user:, key:', () => {
  const wordsOf = (event: string) => document.components.messages[event]?.bindings.kafka.key.description ?? ''
  for (const { event, example } of events) {
    const [prefix] = /^[a-z]+:/.exec(example.key) ?? ['project id']
    assert.ok(wordsOf(event).startsWith(prefix), `${event}: ${wordsOf(event)}`)
  }
  assert.equal(wordsOf('push'), 'project id as decimal text, e.g. 15')
  assert.match(wordsOf('work_item'), /group:78 if GitLab names a group and no project/)
  assert.match(wordsOf('merge_request'), /instance if GitLab names no project$/)
  assert.match(wordsOf('milestone'), /group:78 for the milestone of a group/)
})
