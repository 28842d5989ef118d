import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { createRegistry } from '../../../../lib/avro/registry.ts'
import { PermanentError, RetriableError } from '../../../../lib/errors.ts'

/** A registry that gives this answer to everything. */
const registryThat = async (t: TestContext, status: number, body: string) => {
  const server = createServer((_request, response) => {
    response
      .writeHead(status, { 'content-type': body.startsWith('{') ? 'application/json' : 'text/html' })
      .end(body)
  }).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  return createRegistry(
    { SCHEMA_REGISTRY_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
    'test',
  )
}
/** Asks it for a schema. */
const asked = async (t: TestContext, status: number, body: string) =>
  (await registryThat(t, status, body)).typeOf(1)
/** Asks it for the id of one. */
const askedForId = async (t: TestContext, status: number, body: string) =>
  (await registryThat(t, status, body)).idOf('gitlab.push-value', '"string"')

test('only an id that the registry does not know is a fault of the record', async (t) => {
  await assert.rejects(asked(t, 404, '{"error_code":40403,"message":"Schema 1 not found"}'), PermanentError)
  await assert.rejects(asked(t, 200, '{"schema":"{\\"type\\":\\"no such\\"}"}'), PermanentError)
})

test('only the registry itself can say that it does not know a schema', async (t) => {
  assert.equal(await askedForId(t, 200, '{"id":7,"version":1}'), 7)
  for (const code of [40401, 40403])
    await assert.rejects(askedForId(t, 404, `{"error_code": ${code},"message":"not found"}`), PermanentError)
  await assert.rejects(askedForId(t, 200, '<html>who are you?</html>'), RetriableError)
  await assert.rejects(askedForId(t, 422, '{"error_code":42201,"message":"Invalid schema"}'), PermanentError)
})

test('an id that does not fit into four bytes is refused, like an answer without an id', async (t) => {
  assert.equal(await askedForId(t, 200, '{"id":2147483647}'), 2147483647)
  for (const id of ['2147483648', '9007199254740993', '-1', '1.5', '"7"', 'null'])
    await assert.rejects(askedForId(t, 200, `{"id":${id}}`), /holds no id from 0 to 2147483647/, id)
})

const outages: Record<string, [number, string]> = {
  'a wrong password': [401, '{"error_code":40101,"message":"Unauthorized"}'],
  'a password without the right': [403, 'Forbidden'],
  'a wrong path': [404, '{"error_code":404,"message":"HTTP 404 Not Found"}'],
  'a wrong server': [404, '<html>not here</html>'],
  'an empty 404': [404, ''],
  'a proxy without a server': [502, ''],
}

for (const [name, [status, body]] of Object.entries(outages)) {
  test(`${name} is an outage`, async (t) => {
    await assert.rejects(asked(t, status, body), RetriableError)
    await assert.rejects(askedForId(t, status, body), RetriableError)
  })
}
