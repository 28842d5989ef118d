import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { requireLastingDisk } from '../../../../ingress/spool/require-lasting-disk.ts'
import { kindOfType } from '../../../../lib/disk/file-system-kind.ts'
import { ConfigError } from '../../../../lib/errors.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'
import { temporaryFolder } from '../../../helpers/process/temporary-folder.ts'

const run = promisify(execFile)

test('the numbers of Linux say which file systems lose their files', () => {
  assert.equal(kindOfType(0x01021994), 'memory')
  assert.equal(kindOfType(0x858458f6), 'memory')
  // statfs of a 32-bit system returns the same number with a sign.
  assert.equal(kindOfType(0x858458f6 | 0), 'memory')
  assert.equal(kindOfType(0x794c7630), 'container')
  const [ext4, xfs, nfs] = [0xef53, 0x58465342, 0x6969]
  for (const type of [ext4, xfs, nfs]) assert.equal(kindOfType(type), 'kept')
})

/** Mounts a file system of this type below a folder; undefined if that is not allowed here. */
const mount = async (folder: string, type: string, options: string): Promise<string | undefined> => {
  const path = join(folder, type)
  await mkdir(path)
  return run('mount', ['-t', type, '-o', options, type, path]).then(
    () => path,
    () => undefined,
  )
}

test('a spool in memory is refused unless it is allowed', async (t) => {
  const folder = await mount(await temporaryFolder(t), 'tmpfs', 'size=64k')
  if (folder === undefined) return t.skip('only root can mount a disk in memory')
  try {
    const { logger, lines } = recordingLogger()
    // The folder of the spool does not exist yet.
    const require = (isAllowed: boolean) =>
      requireLastingDisk(join(folder, 'data', 'spool'), 'BRIDGE_DATA_DIR', isAllowed, logger)
    await assert.rejects(require(false), (error: unknown) => {
      assert.ok(error instanceof ConfigError)
      assert.match(error.message, /^BRIDGE_DATA_DIR: .*tmpfs.* INGRESS_SPOOL_ALLOW_TMPFS=true/)
      return true
    })
    assert.deepEqual(lines, [])
    await require(true)
    assert.deepEqual(
      lines.map(({ level }) => level),
      ['warn'],
    )
  } finally {
    await run('umount', ['-l', folder])
  }
})

test('a spool in the file system of a container is a warning that names the variable', async (t) => {
  const parent = await temporaryFolder(t)
  for (const part of ['lower', 'upper', 'work']) await mkdir(join(parent, part))
  const parts = `lowerdir=${parent}/lower,upperdir=${parent}/upper,workdir=${parent}/work`
  const folder = await mount(parent, 'overlay', parts)
  if (folder === undefined) return t.skip('only root can mount the file system of a container')
  try {
    const { logger, lines } = recordingLogger()
    await requireLastingDisk(join(folder, 'spool'), 'INGRESS_SPOOL_DIR', false, logger)
    assert.equal(lines.length, 1)
    assert.match(lines[0]?.message ?? '', /Mount a volume, and set INGRESS_SPOOL_DIR/)
  } finally {
    await run('umount', ['-l', folder])
  }
})
