// On a real disk: what the rest believes of it.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { promisify } from 'node:util'
import { openSpool } from '../../../../ingress/spool/spool.ts'
import { openSpoolFolder } from '../../../../ingress/spool/spool-folder.ts'
import { UsageError } from '../../../../lib/errors.ts'
import { recordingLogger } from '../../../helpers/recording-logger.ts'

const temporary = await mkdtemp(join(tmpdir(), 'bridge-test-'))
after(() => rm(temporary, { recursive: true, force: true }))

/** What the process asks of the disk from now on, in order. */
const watchDisk = async () => {
  const probe = await open(temporary, 'r')
  const prototype = Object.getPrototypeOf(probe) as Record<'write' | 'datasync' | 'sync', (...args: unknown[]) => Promise<unknown>>
  await probe.close()
  const calls: string[] = []
  const original = { ...{ write: prototype.write, datasync: prototype.datasync, sync: prototype.sync } }
  for (const name of ['write', 'datasync', 'sync'] as const) {
    prototype[name] = async function (...args) {
      const result = await original[name].apply(this, args)
      calls.push(name)
      return result
    }
  }
  return { calls, release: () => void Object.assign(prototype, original) }
}

test('a new segment is in its synced folder before it is written to, and written bytes are synced before the answer', async () => {
  const folder = await openSpoolFolder(join(temporary, 'synced'))
  const { calls, release } = await watchDisk()
  try {
    const spool = await openSpool(folder, { maxBytes: 1e6, segmentBytes: 1e5 }, recordingLogger().logger)
    await spool.append({ id: 'a', source: 'default', receivedAt: 1, headers: {}, body: Buffer.from('a') })
    assert.deepEqual(calls, ['sync', 'write', 'datasync'])
    await spool.append({ id: 'b', source: 'default', receivedAt: 1, headers: {}, body: Buffer.from('b') })
    assert.deepEqual(calls.slice(3), ['write', 'datasync'])
    await spool.close()
  } finally {
    release()
  }
})

test('what is written is read, over the end of the process', async () => {
  const path = join(temporary, 'read')
  const folder = await openSpoolFolder(path)
  const file = await folder.create('000000000001')
  await file.append([Buffer.from('ab'), Buffer.from('cdef')])
  await file.sync()
  assert.equal((await folder.read('000000000001', 1, 3)).toString(), 'bcd')
  assert.equal((await folder.read('000000000001', 4, 100)).toString(), 'ef')
  await file.append([Buffer.from('gh')])
  assert.equal((await folder.read('000000000001', 6, 100)).toString(), 'gh')
  await folder.truncate('000000000001', 3)
  assert.equal(await folder.size('000000000001'), 3)
  await folder.writeNote('{"a":1}')
  await file.close()
  await folder.close()

  const again = await openSpoolFolder(path)
  assert.deepEqual([await again.segments(), await again.readNote()], [['000000000001'], '{"a":1}'])
  await again.remove('000000000001')
  assert.deepEqual(await again.segments(), [])
  await again.close()
})

test('a segment is never made twice', async () => {
  const folder = await openSpoolFolder(join(temporary, 'twice'))
  await (await folder.create('000000000001')).close()
  await assert.rejects(folder.create('000000000001'), /EEXIST/)
  await folder.close()
})

test('a second process on the same folder is refused and told what to do; once the first is gone it is let in', async () => {
  const path = join(temporary, 'locked')
  const folder = await openSpoolFolder(path)
  await assert.rejects(openSpoolFolder(path), (error) => error instanceof UsageError && /INGRESS_SPOOL_DIR/.test(error.message))
  await folder.close()
  await (await openSpoolFolder(path)).close()
})

test('what is set aside lies in a folder of its own', async () => {
  const path = join(temporary, 'aside')
  const folder = await openSpoolFolder(path)
  await folder.setAside('x.bin', Buffer.from('damaged'))
  assert.deepEqual([await readdir(join(path, 'set-aside')), await folder.segments()], [['x.bin'], []])
  await folder.close()
})

test('with the disk too full for a lock it is opened all the same: an ingress that cannot start cannot drain', async (t) => {
  const disk = join(temporary, 'tiny')
  await mkdir(disk)
  const run = promisify(execFile)
  const mounted = await run('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]).catch(() => undefined)
  if (mounted === undefined) return t.skip('only root can mount a small disk')
  try {
    const path = join(disk, 'spool')
    await (await openSpoolFolder(path)).close()
    await writeFile(join(disk, 'other'), Buffer.alloc(64 * 1024)).catch(() => undefined)
    for (let start = 0; start < 3; start++) await (await openSpoolFolder(path)).close()
    assert.deepEqual((await readdir(path)).sort(), ['ballast', 'set-aside'])
  } finally {
    await run('umount', ['-l', disk])
  }
})
