// A real disk behaves as the other tests assume.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { promisify } from 'node:util'
import { openSpool } from '../../../../ingress/spool/spool.ts'
import { openSpoolFolders } from '../../../../ingress/spool/spool-folders.ts'
import { UsageError } from '../../../../lib/errors.ts'
import { spoolLimits } from '../../../helpers/faults/spool-limits.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'

const temporary = await mkdtemp(join(tmpdir(), 'bridge-test-'))
after(() => rm(temporary, { recursive: true, force: true }))

const openFolders = (path: string, maxAsideBytes = 1e6) =>
  openSpoolFolders(path, maxAsideBytes, recordingLogger().logger)

/** Records the calls of the process to the disk from now on, in order. */
const watchDisk = async () => {
  const probe = await open(temporary, 'r')
  const prototype = Object.getPrototypeOf(probe) as Record<
    'write' | 'datasync' | 'sync',
    (...args: unknown[]) => Promise<unknown>
  >
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

test('the folder is synced after a segment is created, and bytes before the append resolves', async () => {
  const folders = await openFolders(join(temporary, 'synced'))
  const { calls, release } = await watchDisk()
  try {
    const spool = await openSpool(folders.common, spoolLimits(1e6, 1e5), recordingLogger().logger)
    await spool.append({ id: 'a', source: 'default', receivedAt: 1, headers: {}, body: Buffer.from('a') })
    // The last write notes the length of the segment. It need not be synced.
    assert.deepEqual(calls, ['sync', 'write', 'datasync', 'write'])
    await spool.append({ id: 'b', source: 'default', receivedAt: 1, headers: {}, body: Buffer.from('b') })
    assert.deepEqual(calls.slice(4), ['write', 'datasync', 'write'])
    await spool.close()
    await folders.close()
  } finally {
    release()
  }
})

test('the parents of created folders are synced, so that no folder can vanish', async () => {
  const syncs = async (path: string) => {
    const { calls, release } = await watchDisk()
    await (await openFolders(path)).close().finally(release)
    return calls.filter((call) => call === 'sync').length
  }
  const ofOne = await syncs(join(temporary, 'parents'))
  assert.equal(await syncs(join(temporary, 'parents')), ofOne - 1)
  assert.equal(await syncs(join(temporary, 'a/b/c')), ofOne + 2)
})

test('what one process writes, the next one reads', async () => {
  const path = join(temporary, 'read')
  const folders = await openFolders(path)
  const folder = folders.common
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
  await folders.close()

  const { common, close } = await openFolders(path)
  assert.deepEqual([await common.segments(), await common.readNote()], [['000000000001'], '{"a":1}'])
  await common.remove('000000000001')
  assert.deepEqual(await common.segments(), [])
  await close()
})

test('a segment is never created twice', async () => {
  const { common, close } = await openFolders(join(temporary, 'twice'))
  await (await common.create('000000000001')).close()
  await assert.rejects(common.create('000000000001'), /EEXIST/)
  await close()
})

test('a second process cannot use the same folder until the first has closed it', async () => {
  const path = join(temporary, 'locked')
  const folder = await openFolders(path)
  await assert.rejects(
    openFolders(path),
    (error) => error instanceof UsageError && /INGRESS_SPOOL_DIR/.test(error.message),
  )
  await folder.close()
  await (await openFolders(path)).close()
})

test('spools that share a folder do not see the files of the others', async () => {
  const path = join(temporary, 'several')
  const folders = await openFolders(path)
  const [push, pushes] = [folders.ofTopic('gitlab.push'), folders.ofTopic('gitlab.pushes')]
  for (const [index, folder] of [folders.common, push, pushes].entries()) {
    const file = await folder.create('000000000001')
    await file.append([Buffer.from(String(index))])
    await file.close()
    await folder.writeNote(`note ${index}`)
  }
  for (const [index, folder] of [folders.common, push, pushes].entries()) {
    assert.deepEqual(await folder.segments(), ['000000000001'])
    assert.equal(String(await folder.read('000000000001', 0, 9)), String(index))
    assert.equal(await folder.readNote(), `note ${index}`)
    await folder.close()
  }
  await push.remove('000000000001')
  assert.deepEqual(await folders.topics(), ['gitlab.pushes'])
  assert.deepEqual(await folders.common.segments(), ['000000000001'])
  await folders.close()
})

test('files that are set aside are in a separate folder, with the prefix of their spool', async () => {
  const path = join(temporary, 'aside')
  const { common, ofTopic, close } = await openFolders(path)
  await common.setAside('x.bin', Buffer.from('damaged'))
  await ofTopic('gitlab.push').setAside('x.bin', Buffer.from('refused'))
  assert.deepEqual((await readdir(join(path, 'set-aside'))).sort(), ['gitlab.push@x.bin', 'x.bin'])
  assert.deepEqual(await common.segments(), [])
  await close()
})

test('a segment that was set aside survives its removal from the spool', async () => {
  const path = join(temporary, 'segment-aside')
  const { common, close } = await openFolders(path)
  const file = await common.create('000000000001')
  await file.append([Buffer.from('abc')])
  await file.close()
  await common.setSegmentAside('000000000001')
  await common.setSegmentAside('000000000001')
  await common.remove('000000000001')
  assert.deepEqual(await common.segments(), [])
  assert.equal(await readFile(join(path, 'set-aside', '000000000001.spool'), 'utf8'), 'abc')
  await close()
})

test('the limit of the folder also holds after a restart; moving files away makes room', async () => {
  const path = join(temporary, 'aside-full')
  const first = await openFolders(path, 10)
  await first.common.setAside('a', Buffer.alloc(6))
  await assert.rejects(first.common.setAside('b', Buffer.alloc(5)), /set-aside is full: 6 of 10 bytes/)
  await first.common.setAside('c', Buffer.alloc(4))
  await first.close()
  const { common, close } = await openFolders(path, 10)
  await assert.rejects(common.setAside('d', Buffer.alloc(1)), /set-aside is full/)
  await rm(join(path, 'set-aside', 'a'))
  await common.setAside('d', Buffer.alloc(6))
  assert.deepEqual((await readdir(join(path, 'set-aside'))).sort(), ['c', 'd'])
  await close()
})

test('the folder can be opened on a disk that is too full for a lock file', async (t) => {
  const disk = join(temporary, 'tiny')
  await mkdir(disk)
  const run = promisify(execFile)
  const mounted = await run('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]).catch(() => undefined)
  if (mounted === undefined) return t.skip('only root can mount a small disk')
  try {
    const path = join(disk, 'spool')
    await (await openFolders(path)).close()
    await writeFile(join(disk, 'other'), Buffer.alloc(64 * 1024)).catch(() => undefined)
    for (let start = 0; start < 3; start++) await (await openFolders(path)).close()
    assert.deepEqual((await readdir(path)).sort(), ['ballast', 'set-aside'])
  } finally {
    await run('umount', ['-l', disk])
  }
})

const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)

test('other users of the machine cannot read the spool', async () => {
  const path = join(temporary, 'data', 'spool')
  const folders = await openFolders(path)
  await folders.close()
  assert.deepEqual([await modeOf(path), await modeOf(join(path, 'set-aside'))], ['700', '700'])
  assert.equal(await modeOf(join(temporary, 'data')), (0o777 & ~process.umask()).toString(8))
})

test('other users cannot read the files in a folder that the ingress did not make', async () => {
  const path = join(temporary, 'given')
  await mkdir(join(path, 'set-aside'), { recursive: true, mode: 0o755 })
  for (const old of ['000000000001.spool', 'set-aside/old.bin']) await writeFile(join(path, old), 'old')
  const { common, close } = await openFolders(path)
  await common.writeNote('a note')
  const file = await common.create('000000000002')
  await file.writeLength('a length')
  await common.setAside('x.bin', Buffer.from('x'))
  await common.setSegmentAside('000000000002')
  const files = (await readdir(path, { recursive: true, withFileTypes: true })).filter((each) =>
    each.isFile(),
  )
  assert.ok(files.length >= 9, `${files.length} files`)
  for (const { parentPath, name } of files) assert.equal(await modeOf(join(parentPath, name)), '600', name)
  assert.equal(await modeOf(join(path, 'set-aside')), '700')
  await file.close()
  await close()
})

test('a folder that cannot be created is an error that names the variable', async () => {
  await writeFile(join(temporary, 'file'), '')
  for (const path of ['/proc/x', join(temporary, 'file'), join(temporary, 'file', 'spool')])
    await assert.rejects(
      openFolders(path),
      (error) =>
        error instanceof UsageError && /cannot be used \(E.*: set INGRESS_SPOOL_DIR/.test(error.message),
      path,
    )
})
