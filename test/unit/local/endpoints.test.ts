import assert from 'node:assert/strict'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Endpoints, removeEndpoints, writeEndpoints } from '../../../local/endpoints.ts'
import { temporaryFolder } from '../../helpers/process/temporary-folder.ts'

const endpoints: Endpoints = {
  hook_url: 'http://127.0.0.1:8080/hooks',
  secret_token: 'secret',
  kafka_brokers: '127.0.0.1:9092',
  kafka_is_embedded: true,
  schema_registry_url: 'http://127.0.0.1:8081/apis/ccompat/v7',
  database_url: 'postgres://127.0.0.1:5433/gitlab_bridge',
  audit_reader_url: 'postgres://audit_reader@127.0.0.1:5433/gitlab_bridge',
  metrics: { ingress: 'http://127.0.0.1:9464/metrics' },
  feed_url: null,
  directory_url: null,
}

test('endpoints.json has the keys that other programs rely on, and only its owner can read it', async (t) => {
  const folder = await temporaryFolder(t)
  await writeEndpoints(folder, endpoints)
  const path = join(folder, 'endpoints.json')
  assert.deepEqual(JSON.parse(await readFile(path, 'utf8')), endpoints)
  assert.equal((await stat(path)).mode & 0o777, 0o600)
})

test('it can be removed, also if it does not exist', async (t) => {
  const folder = await temporaryFolder(t)
  await writeEndpoints(folder, endpoints)
  await removeEndpoints(folder)
  await removeEndpoints(folder)
  assert.deepEqual(await readdir(folder), [])
})
