import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execPath, pid } from 'node:process'
import { test } from 'node:test'
import { acquireLock, isLocked, waitForLock } from '../../../../lib/disk/lock.ts'
import { temporaryFolder } from '../../../helpers/process/temporary-folder.ts'

test('a lock that is held names its holder', async (t) => {
  const path = join(await temporaryFolder(t), 'lock')
  assert.ok('release' in (await acquireLock(path)))
  assert.deepEqual(await acquireLock(path), { heldBy: pid })
})

test('a released lock can be taken again and leaves no file', async (t) => {
  const folder = await temporaryFolder(t)
  const path = join(folder, 'lock')
  for (let i = 0; i < 2; i++) {
    const lock = await acquireLock(path)
    assert.ok('release' in lock)
    await lock.release()
  }
  assert.deepEqual(await readdir(folder), [])
})

test('a lock whose pid now belongs to another process counts for nothing', async (t) => {
  const path = join(await temporaryFolder(t), 'lock')
  await writeFile(path, JSON.stringify({ pid, started: 'some other time' }))
  assert.ok('release' in (await acquireLock(path)))
})

test('a lock that cannot be read counts for nothing', async (t) => {
  const path = join(await temporaryFolder(t), 'lock')
  await writeFile(path, '')
  assert.ok('release' in (await acquireLock(path)))
})

test('a lock file that does not record a holder counts for nothing', async (t) => {
  const path = join(await temporaryFolder(t), 'lock')
  for (const content of ['null', '7', '"text"', '[]', '{}', '{"pid":"12"}', '{"pid":null}', '{"pid":0}']) {
    await writeFile(path, content)
    assert.equal(isLocked(path), false, content)
    const lock = await acquireLock(path)
    assert.ok('release' in lock, content)
    await lock.release()
  }
})

test('a lock without a start time is held while its process runs, and stale once it has ended', async (t) => {
  const path = join(await temporaryFolder(t), 'lock')
  const holder = spawn(execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  t.after(() => holder.kill('SIGKILL'))
  await once(holder, 'spawn')
  await writeFile(path, JSON.stringify({ pid: holder.pid }))
  assert.equal(isLocked(path), true)
  assert.deepEqual(await acquireLock(path), { heldBy: holder.pid })
  holder.kill('SIGKILL')
  await once(holder, 'exit')
  assert.equal(isLocked(path), false)
  assert.ok('release' in (await acquireLock(path)))
})

test('if many processes find a stale lock, only one acquires it', async (t) => {
  const path = join(await temporaryFolder(t), 'lock')
  await writeFile(path, JSON.stringify({ pid, started: 'some other time' }))
  const results = await Promise.all(Array.from({ length: 10 }, () => acquireLock(path)))
  assert.equal(results.filter((result) => 'release' in result).length, 1)
})

test('a process that waits acquires the lock once it is released, and learns the holder once', async (t) => {
  const path = join(await temporaryFolder(t), 'lock')
  const first = await acquireLock(path)
  assert.ok('release' in first)
  const waitedFor: number[] = []
  await waitForLock(path, (holder) => {
    waitedFor.push(holder)
    void first.release()
  })
  assert.deepEqual(waitedFor, [pid])
})

/** Makes the lock look as it does in another container, which cannot see our processes. */
const hideProcess = async (path: string) => {
  const holder = JSON.parse(await readFile(path, 'utf8')) as object
  await writeFile(path, JSON.stringify({ ...holder, pid: 1, started: 'in another container' }))
}

test('only a lock with a socket is held if its process cannot be seen, in a deep folder too', async (t) => {
  const folder = join(await temporaryFolder(t), 'deep'.repeat(30), 'deep'.repeat(30))
  await mkdir(folder, { recursive: true })
  const [bySocket, byProcess] = [join(folder, 'socket'), join(folder, 'process')]
  const lock = await acquireLock(bySocket, 'socket')
  assert.ok('release' in lock)
  await hideProcess(bySocket)
  assert.deepEqual(await acquireLock(bySocket, 'socket'), { heldBy: 1 })
  assert.deepEqual(await acquireLock(bySocket), { heldBy: 1 })
  await lock.release()
  assert.deepEqual(await readdir(folder), [])

  assert.ok('release' in (await acquireLock(byProcess)))
  await hideProcess(byProcess)
  assert.ok('release' in (await acquireLock(byProcess, 'socket')))
})

test('a lock with a socket is free once its process is killed, and its files are removed', async (t) => {
  const folder = await temporaryFolder(t)
  const path = join(folder, 'lock')
  const source = `import { acquireLock } from '${new URL('../../../../lib/disk/lock.ts', import.meta.url)}'
    await acquireLock(${JSON.stringify(path)}, 'socket')
    console.log('taken')
    setInterval(() => {}, 1000)`
  const holder = spawn(execPath, ['--input-type=module-typescript', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(holder.stdout, 'data')
  assert.deepEqual(await acquireLock(path, 'socket'), { heldBy: holder.pid })
  holder.kill('SIGSTOP')
  assert.deepEqual(await acquireLock(path, 'socket'), { heldBy: holder.pid }, 'frozen, it is still there')
  holder.kill('SIGKILL')
  await once(holder, 'exit')
  await hideProcess(path)
  const locks = await Promise.all(Array.from({ length: 10 }, () => acquireLock(path, 'socket')))
  const taken = locks.filter((lock) => 'release' in lock)
  assert.equal(taken.length, 1)
  await taken[0]?.release()
  assert.deepEqual(await readdir(folder), [])
})
