import assert from 'node:assert/strict'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { exists, prepareOnce } from '../../../../lib/disk/prepare-once.ts'
import { temporaryFolder } from '../../../helpers/process/temporary-folder.ts'

test('a folder is filled once', async (t) => {
  const folder = join(await temporaryFolder(t), 'jars')
  let calls = 0
  const fill = async (draft: string) => writeFile(join(draft, `${++calls}.jar`), '')
  await prepareOnce(folder, fill)
  await prepareOnce(folder, fill)
  assert.deepEqual(await readdir(folder), ['1.jar'])
})

test('a folder that could not be filled does not exist, and what was left of it is removed', async (t) => {
  const folder = join(await temporaryFolder(t), 'jars')
  const fail = async (draft: string) => {
    await writeFile(join(draft, 'half.jar'), '')
    throw new Error('interrupted')
  }
  await assert.rejects(prepareOnce(folder, fail), /interrupted/)
  assert.equal(await exists(folder), false)
  await prepareOnce(folder, async (draft) => writeFile(join(draft, 'whole.jar'), ''))
  assert.deepEqual(await readdir(folder), ['whole.jar'])
})

test('files and folders exist, anything else does not', async (t) => {
  const folder = await temporaryFolder(t)
  await mkdir(join(folder, 'folder'))
  await writeFile(join(folder, 'file'), '')
  const found = await Promise.all(['folder', 'file', 'nothing'].map((name) => exists(join(folder, name))))
  assert.deepEqual(found, [true, true, false])
})
