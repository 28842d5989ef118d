import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { createDurably, replaceDurably } from '../../../../lib/disk/write-durably.ts'
import { temporaryFolder } from '../../../helpers/process/temporary-folder.ts'

test('of several that create a file one succeeds, and its text stays', async (t) => {
  const folder = await temporaryFolder(t)
  const path = join(folder, 'key')
  const texts = Array.from({ length: 10 }, (_, number) => `text ${number}`)
  const results = await Promise.all(texts.map((text) => createDurably(path, text)))
  assert.equal(results.filter((result) => result === 'created').length, 1)
  assert.equal(readFileSync(path, 'utf8'), texts[results.indexOf('created')])
  assert.equal(await createDurably(path, 'later'), 'exists')
  assert.deepEqual(readdirSync(folder), ['key'])
  assert.equal(statSync(path).mode & 0o777, 0o600)
})

test('a file that cannot be created does not exist, and leaves no draft', async (t) => {
  const folder = await temporaryFolder(t)
  await assert.rejects(createDurably(join(folder, 'missing', 'key'), 'text'), { code: 'ENOENT' })
  assert.deepEqual(readdirSync(folder), [])
})

test('a file is replaced as a whole', async (t) => {
  const folder = await temporaryFolder(t)
  const path = join(folder, 'file')
  await replaceDurably(path, 'a longer text')
  await replaceDurably(path, 'short')
  assert.equal(readFileSync(path, 'utf8'), 'short')
  async function* pieces() {
    yield* [Buffer.from('one '), Buffer.from('two')]
  }
  await replaceDurably(path, pieces())
  assert.equal(readFileSync(path, 'utf8'), 'one two')
  assert.deepEqual(readdirSync(folder), ['file'])
})
