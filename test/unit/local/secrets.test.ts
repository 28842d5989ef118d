import assert from 'node:assert/strict'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { openSecrets } from '../../../local/secrets.ts'
import { temporaryFolder } from '../../helpers/process/temporary-folder.ts'

test('secrets are generated once and then stay the same', async (t) => {
  const folder = await temporaryFolder(t)
  const first = await openSecrets(folder)
  assert.deepEqual(await openSecrets(folder), first)
  assert.equal(new Set(Object.values(first)).size, Object.values(first).length)
})

test('only the owner can read the secrets', async (t) => {
  const folder = await temporaryFolder(t)
  await openSecrets(folder)
  assert.equal((await stat(join(folder, 'secrets.json'))).mode & 0o777, 0o600)
})

test('a secret that a newer version needs is added and the others stay', async (t) => {
  const folder = await temporaryFolder(t)
  await writeFile(join(folder, 'secrets.json'), JSON.stringify({ ingressToken: 'kept' }))
  const secrets = await openSecrets(folder)
  assert.equal(secrets.ingressToken, 'kept')
  assert.deepEqual(JSON.parse(await readFile(join(folder, 'secrets.json'), 'utf8')), secrets)
})
