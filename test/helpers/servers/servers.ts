import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ServerName } from '../../../local/servers.ts'
import { type LocalStack, startLocalStack } from '../../../local/stack.ts'
import { testCacheFolder } from './test-cache-folder.ts'

/** Real servers for tests, on free ports, with their data in a temporary folder. */
export interface Servers extends LocalStack {
  /** Stops the servers and removes their data. */
  remove(): Promise<void>
}

/** The caller must call `remove`. If this process ends before, the servers end with it. */
export const startServers = async (servers?: readonly ServerName[]): Promise<Servers> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'bridge-test-stack-'))
  const stack = await startLocalStack({
    dataDir,
    cacheDir: await testCacheFolder(),
    env: process.env,
    ...(servers && { servers }),
  })
  return {
    ...stack,
    async remove() {
      await stack.stop()
      // PostgreSQL may still write a file while it ends.
      await rm(dataDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
    },
  }
}
