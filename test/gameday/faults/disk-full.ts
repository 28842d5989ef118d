import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startHookLoad } from '../../helpers/faults/hook-load.ts'
import { eventually } from '../../helpers/process/eventually.ts'
import { secretToken } from '../../helpers/servers/stack.ts'
import type { Fault } from '../fault.ts'

const name = 'ingress-without-room'
const run = promisify(execFile)

/** A full disk is noticed when the spool is needed: while the brokers are silent. */
export const diskFull: Fault = {
  name: 'disk-full',
  title: 'The disk of the spool is full, and the broker is frozen',
  pages: ['HooksAreLost', 'KafkaIsUnwritable'],
  mayPage: { HooksFailSlowly: 'the lost hooks are more than the objective of three days allows' },
  within: '10m',
  // The window of HooksFailSlowly is six hours.
  resolvesWithin: '7h',
  inject: async ({ servers, stack, addIngress, removeIngress }) => {
    const disk = await stack.temporaryFolder()
    await run('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk])
    const env = { INGRESS_SPOOL_DIR: join(disk, 'spool'), INGRESS_SPOOL_ALLOW_TMPFS: 'true' }
    const { hookUrl } = await addIngress(name, env)
    const filler = join(disk, 'a-file-of-somebody-else')
    await fillDisk(filler)
    servers.server('kafka').kill('SIGSTOP')
    const load = startHookLoad({ urls: () => [String(hookUrl)], token: secretToken, perSecond: 5 })
    await eventually(() => assert.ok(load.posted.some(({ status }) => status === 503)))
    return {
      mend: async () => {
        servers.server('kafka').kill('SIGCONT')
        await rm(filler)
        await load.stop()
        await removeIngress(name)
        await run('umount', ['-l', disk])
      },
    }
  },
}

/** Writes until nothing fits any more. */
const fillDisk = async (path: string): Promise<void> => {
  for (const size of [65_536, 4096])
    for (;;) {
      try {
        await writeFile(path, Buffer.alloc(size), { flag: 'a', flush: true })
      } catch (error) {
        assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC')
        break
      }
    }
}
