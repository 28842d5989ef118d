import assert from 'node:assert/strict'
import { chmod, mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { platform } from 'node:process'
import { test } from 'node:test'
import { createFolder } from '../../../../lib/disk/create-folder.ts'
import { temporaryFolder } from '../../../helpers/process/temporary-folder.ts'

test('a folder is created with its parents, and the first one that was missing is returned', async (t) => {
  const folder = await temporaryFolder(t)
  assert.equal(await createFolder(join(folder, 'a/b/c'), 0o700), join(folder, 'a'))
  for (const created of ['a', 'a/b', 'a/b/c']) {
    const found = await stat(join(folder, created))
    assert.deepEqual([found.isDirectory(), (found.mode & 0o777).toString(8)], [true, '700'])
  }
  assert.equal(await createFolder(join(folder, 'a/b/c')), undefined)
  assert.equal(await createFolder(join(folder, 'a/d')), join(folder, 'a/d'))
})

test('several callers can create the same folder at the same time', async (t) => {
  const path = join(await temporaryFolder(t), 'a/b/c/d')
  await Promise.all(Array.from({ length: 20 }, () => createFolder(path)))
  assert.ok((await stat(path)).isDirectory())
})

test('a file in the place of the folder, or of its parent, is an error', async (t) => {
  const folder = await temporaryFolder(t)
  await writeFile(join(folder, 'file'), '')
  await assert.rejects(createFolder(join(folder, 'file')), /EEXIST/)
  await assert.rejects(createFolder(join(folder, 'file/a')), /ENOTDIR/)
})

test('a folder that may not be created is an error', async (t) => {
  if (process.getuid?.() === 0) return t.skip('root may create every folder')
  const folder = join(await temporaryFolder(t), 'closed')
  await mkdir(folder)
  await chmod(folder, 0o500)
  await assert.rejects(createFolder(join(folder, 'a/b')), /EACCES/)
})

test('a file system without new folders is an error, not an endless loop', async (t) => {
  if (platform !== 'linux') return t.skip('only Linux has /proc')
  for (const path of ['/proc/x', '/proc/x/y/z']) await assert.rejects(createFolder(path), /ENOENT.*\/proc\/x/)
})
