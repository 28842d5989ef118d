import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { createInHand } from '../../../../../ingress/record/large/in-hand.ts'
import { temporaryFolder } from '../../../../helpers/process/temporary-folder.ts'
import { hookOf } from '../../../../helpers/records/deliver.ts'

test('each process counts the deaths of earlier ones with the same hook in hand', async (t) => {
  const file = join(await temporaryFolder(t), 'in-hand.json')
  const hook = hookOf('{}')
  for (const deaths of [0, 1, 2]) assert.equal(await createInHand(file).begin({ ...hook }), deaths)
  assert.equal(await createInHand(file).begin({ ...hook, receivedAt: 0 }), 0)
})

test('nothing is remembered of a hook that the process has survived', async (t) => {
  const folder = await temporaryFolder(t)
  const file = join(folder, 'in-hand.json')
  const inHand = createInHand(file)
  const [first, second] = [hookOf('{}'), hookOf('{}')]
  await inHand.begin(first)
  await inHand.begin(second)
  await inHand.end(second)
  assert.deepEqual(Object.values(JSON.parse(await readFile(file, 'utf8'))), [1])
  await inHand.end(first)
  assert.deepEqual(await readdir(folder), [])
  assert.equal(await createInHand(file).begin(first), 0)
})

test('a damaged note, or a disk that does not take it, does not stop the hook', async (t) => {
  const folder = await temporaryFolder(t)
  const file = join(folder, 'in-hand.json')
  for (const text of ['', '{', 'null', '[]', '{"x":"y"}']) {
    await writeFile(file, text)
    assert.equal(await createInHand(file).begin(hookOf('{}')), 0, text)
  }
  assert.equal(await createInHand(join(folder, 'missing', 'in-hand.json')).begin(hookOf('{}')), 0)
})
