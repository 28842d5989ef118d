import assert from 'node:assert/strict'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { cwd } from 'node:process'
import { test } from 'node:test'
import { UsageError } from '../../../lib/errors.ts'
import { openDataFolder } from '../../../local/data-folder.ts'
import { resetDataFolder } from '../../../local/reset.ts'
import { temporaryFolder } from '../../helpers/process/temporary-folder.ts'

const yes = async () => true
const no = async () => false

const usedFolder = async (folder: string): Promise<string> => {
  const path = join(folder, '.bridge')
  const opened = await openDataFolder(path)
  await opened.childProcesses.close([])
  await opened.release()
  await mkdir(join(path, 'pushes'))
  return path
}

test('a data folder is cleared', async (t) => {
  const path = await usedFolder(await temporaryFolder(t))
  assert.match(await resetDataFolder(path, yes), /^Cleared /)
  assert.deepEqual(await readdir(path), [])
})

test('if the answer is no, nothing is cleared', async (t) => {
  const path = await usedFolder(await temporaryFolder(t))
  const before = await readdir(path)
  assert.equal(await resetDataFolder(path, no), 'Nothing was cleared.')
  assert.deepEqual(await readdir(path), before)
})

test('a folder that a running stack uses is not cleared', async (t) => {
  const path = await usedFolder(await temporaryFolder(t))
  const { release } = await openDataFolder(path)
  await assert.rejects(resetDataFolder(path, yes), UsageError)
  await release()
})

test('a folder that never contained our data is not changed', async (t) => {
  const folder = await temporaryFolder(t)
  await writeFile(join(folder, 'thesis.txt'), '')
  assert.match(await resetDataFolder(folder, yes), /^Nothing to clear/)
  assert.deepEqual(await readdir(folder), ['thesis.txt'])
})

test('the home folder and a folder that contains the working folder are refused', async () => {
  for (const folder of [homedir(), cwd(), '/'])
    await assert.rejects(resetDataFolder(folder, yes), /^UsageError: BRIDGE_DATA_DIR/)
})
