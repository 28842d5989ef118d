import { neededArtifacts } from './artifacts.ts'
import { bringUp, type SupervisedStack } from './bring-up.ts'
import { openDataFolder } from './data-folder.ts'
import { removeEndpoints } from './endpoints.ts'
import { fetchArtifacts } from './fetch-artifacts.ts'
import { findJava } from './java.ts'
import { ownName } from './process/output.ts'
import { serverStopOrder } from './servers.ts'

/**
 * Brings up the whole stack, says where everything is, and keeps it running until it is told to stop; then stops everything in order.
 *
 * @param stopSignal aborted when the user wants it to stop
 * @throws UsageError for what the user can change: a taken hook port, missing Java, a data folder in use, a setup that fails
 */
export const supervise = async (stack: SupervisedStack, stopSignal: AbortSignal): Promise<void> => {
  const say = stack.output.linesOf(ownName)
  const told = aborted(stopSignal)
  const java = await Promise.race([told, prepareJava(stack, stopSignal)])
  if (java === undefined) return
  const folder = await openDataFolder(stack.dataDir)
  // Whatever keeps something running lets it be once this is aborted, which is before anything is stopped.
  const over = new AbortController()
  const up = bringUp(stack, { folder, java, signal: over.signal })
  try {
    await Promise.race([told, up])
    await told
  } finally {
    over.abort()
    say('stopping')
    await folder.childProcesses.close([
      { names: ['setup', 'ingress'], graceMs: 2500 },
      { names: [...stack.workers, ...stack.others].map(({ name }) => name), graceMs: 2500 },
      ...serverStopOrder,
    ])
    await up.catch(() => {}) // it may have been about to write the endpoints
    await removeEndpoints(stack.dataDir)
    await folder.release()
    say('stopped')
  }
}

/** Java is looked for, and the parts downloaded, before anything is touched; a stack whose parts are all the user's needs neither. */
const prepareJava = async (
  { env, cacheDir, output }: SupervisedStack,
  signal: AbortSignal,
): Promise<string> => {
  const needed = neededArtifacts(env)
  if (needed.length === 0) return 'java'
  const java = await findJava(env)
  await fetchArtifacts(needed, { cacheDir, env, say: output.linesOf(ownName), signal })
  return java
}

const aborted = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined)
    signal.addEventListener('abort', () => resolve(undefined), { once: true })
  })
