import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execPath, pid } from 'node:process'
import { test } from 'node:test'
import { takeLock, waitForLock } from '../../../../lib/disk/lock.ts'
import { temporaryFolder } from '../../../helpers/process/temporary-folder.ts'

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

/** As another container sees it, to which our processes do not exist. */
const hideProcess = async (path: string) => {
  const holder = JSON.parse(await readFile(path, 'utf8')) as object
  await writeFile(path, JSON.stringify({ ...holder, pid: 1, started: 'in another container' }))
}

test('a lock with a socket is held though its process cannot be seen, however deep its folder lies; one without is not', async (t) => {
  const folder = join(await temporaryFolder(t), 'deep'.repeat(30), 'deep'.repeat(30))
  await mkdir(folder, { recursive: true })
  const [bySocket, byProcess] = [join(folder, 'socket'), join(folder, 'process')]
  const lock = await takeLock(bySocket, 'socket')
  assert.ok('release' in lock)
  await hideProcess(bySocket)
  assert.deepEqual(await takeLock(bySocket, 'socket'), { heldBy: 1 })
  assert.deepEqual(await takeLock(bySocket), { heldBy: 1 })
  await lock.release()
  assert.deepEqual(await readdir(folder), [])

  assert.ok('release' in (await takeLock(byProcess)))
  await hideProcess(byProcess)
  assert.ok('release' in (await takeLock(byProcess, 'socket')))
})

test('a lock with a socket is free the moment its process is killed, and what that left is cleared away', async (t) => {
  const folder = await temporaryFolder(t)
  const path = join(folder, 'lock')
  const source = `import { takeLock } from '${new URL('../../../../lib/disk/lock.ts', import.meta.url)}'
    await takeLock(${JSON.stringify(path)}, 'socket')
    console.log('taken')
    setInterval(() => {}, 1000)`
  const holder = spawn(execPath, ['--input-type=module-typescript', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(holder.stdout, 'data')
  assert.deepEqual(await takeLock(path, 'socket'), { heldBy: holder.pid })
  holder.kill('SIGSTOP')
  assert.deepEqual(await takeLock(path, 'socket'), { heldBy: holder.pid }, 'frozen, it is still there')
  holder.kill('SIGKILL')
  await once(holder, 'exit')
  await hideProcess(path)
  const locks = await Promise.all(Array.from({ length: 10 }, () => takeLock(path, 'socket')))
  const taken = locks.filter((lock) => 'release' in lock)
  assert.equal(taken.length, 1)
  await taken[0]?.release()
  assert.deepEqual(await readdir(folder), [])
})
