import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openErasureKey } from '../../../../../consumers/audit-log/erase/erasure-key.ts'
import { temporaryFolder } from '../../../../helpers/process/temporary-folder.ts'

test('a key is generated once', async (t) => {
  const settings = { BRIDGE_DATA_DIR: await temporaryFolder(t), AUDIT_LOG_ERASURE_KEY: undefined }
  const [one, other] = await Promise.all([openErasureKey(settings), openErasureKey(settings)])
  assert.equal(one.digest('text', 'frieda'), other.digest('text', 'frieda'))
  assert.ok(readFileSync(join(settings.BRIDGE_DATA_DIR, 'audit-log', 'erasure-key')).length > 40)
})

test('an empty file is no key, because anybody could compute digests with it', async (t) => {
  const folder = await temporaryFolder(t)
  mkdirSync(join(folder, 'audit-log'))
  writeFileSync(join(folder, 'audit-log', 'erasure-key'), '')
  await assert.rejects(openErasureKey({ BRIDGE_DATA_DIR: folder, AUDIT_LOG_ERASURE_KEY: undefined }), {
    message: `${folder}/audit-log/erasure-key is damaged: it has 0 characters. Bring it back from a backup.`,
  })
})
