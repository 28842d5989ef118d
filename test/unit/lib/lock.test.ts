import assert from 'node:assert/strict'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pid } from 'node:process'
import { test } from 'node:test'
import { takeLock, waitForLock } from '../../../lib/lock.ts'
import { temporaryFolder } from '../local/temporary-folder.ts'

test('a lock that is held names its holder', async (t) => {
  const path = join(await temporaryFolder(t), 'lock')
  assert.ok('release' in (await takeLock(path)))
  assert.deepEqual(await takeLock(path), { heldBy: pid })
})

test('a released lock can be taken again and leaves no file', async (t) => {
  const folder = await temporaryFolder(t)
  const path = join(folder, 'lock')
  for (let i = 0; i < 2; i++) {
    const lock = await takeLock(path)
    assert.ok('release' in lock)
    await lock.release()
  }
  assert.deepEqual(await readdir(folder), [])
})

test('a lock whose pid now belongs to another process counts for nothing', async (t) => {
  const path = join(await temporaryFolder(t), 'lock')
  await writeFile(path, JSON.stringify({ pid, started: 'some other time' }))
  assert.ok('release' in (await takeLock(path)))
})

test('a lock that cannot be read counts for nothing', async (t) => {
  const path = join(await temporaryFolder(t), 'lock')
  await writeFile(path, '')
  assert.ok('release' in (await takeLock(path)))
})

test('of many that find a stale lock only one gets it', async (t) => {
  const path = join(await temporaryFolder(t), 'lock')
  await writeFile(path, JSON.stringify({ pid, started: 'some other time' }))
  const taken = await Promise.all(Array.from({ length: 10 }, () => takeLock(path)))
  assert.equal(taken.filter((lock) => 'release' in lock).length, 1)
})

test('who waits gets the lock once it is released, and is told of it once', async (t) => {
  const path = join(await temporaryFolder(t), 'lock')
  const first = await takeLock(path)
  assert.ok('release' in first)
  const told: number[] = []
  await waitForLock(path, (holder) => {
    told.push(holder)
    void first.release()
  })
  assert.deepEqual(told, [pid])
})
