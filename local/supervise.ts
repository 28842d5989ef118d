import { folderFault } from '../lib/disk/folder-fault.ts'
import { neededArtifacts } from './artifacts.ts'
import { bringUp } from './bring-up.ts'
import { openDataFolder } from './data-folder.ts'
import { removeEndpoints } from './endpoints.ts'
import { fetchArtifacts } from './fetch-artifacts.ts'
import { findJava, type Java, noJava } from './java.ts'
import { archiveProcess } from './make-class-archives.ts'
import { ownName } from './process/output.ts'
import { serverStopOrder } from './servers.ts'
import type { SupervisedStack } from './supervised-stack.ts'

/**
 * Starts the whole stack, prints its addresses, and keeps it running until the signal is aborted. Then stops
 * everything in order.
 *
 * @param stopSignal aborted when the user wants to stop
 * @throws UsageError for a cause that the user can change: a taken hook port, missing Java, a data folder in
 *   use, a failing setup
 */
export const supervise = async (stack: SupervisedStack, stopSignal: AbortSignal): Promise<void> => {
  try {
    await startAndKeepRunning(stack, stopSignal)
  } catch (error) {
    throw folderFault(error, { BRIDGE_DATA_DIR: stack.dataDir, BRIDGE_CACHE_DIR: stack.cacheDir })
  }
}

const startAndKeepRunning = async (stack: SupervisedStack, stopSignal: AbortSignal): Promise<void> => {
  const print = stack.output.linesOf(ownName)
  const stopRequested = aborted(stopSignal)
  const java = await Promise.race([stopRequested, prepareJava(stack, stopSignal)])
  if (java === undefined) return
  const folder = await openDataFolder(stack.dataDir)
  // Aborted before anything is stopped, so that nothing that ends is started again.
  const stopping = new AbortController()
  const start = bringUp(stack, { folder, java, signal: stopping.signal })
  try {
    await Promise.race([stopRequested, start])
    await stopRequested
  } finally {
    stopping.abort()
    print('stopping')
    await folder.childProcesses.close([
      { names: ['setup', 'ingress', archiveProcess], graceMs: 2500 },
      { names: [...stack.workers, ...stack.others].map(({ name }) => name), graceMs: 2500 },
      ...serverStopOrder,
    ])
    await start.catch(() => {}) // The start may be about to write endpoints.json.
    await removeEndpoints(stack.dataDir)
    await folder.release()
    print('stopped')
  }
}

/**
 * Finds Java and downloads the servers before anything is changed.
 *
 * @returns Java; unchecked if all servers that need Java are the user's own
 */
const prepareJava = async (
  { env, cacheDir, output }: SupervisedStack,
  signal: AbortSignal,
): Promise<Java> => {
  const needed = neededArtifacts(env)
  if (needed.length === 0) return noJava
  const java = await findJava(env)
  await fetchArtifacts(needed, { cacheDir, env, print: output.linesOf(ownName), signal })
  return java
}

const aborted = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined)
    signal.addEventListener('abort', () => resolve(undefined), { once: true })
  })
