import { consumers } from '../../consumers/index.ts'
import { logFollowers } from '../../consumers/workers.ts'
import { UsageError } from '../../lib/errors.ts'

const everywhere = ['every process', 'logging']
const workers = ['kafka', 'registry', 'workers', 'gitlab api']
const workerNames = consumers.map(({ name }) => name)

/** The sections that each process reads. */
const sectionsOf = new Map<string, readonly string[]>([
  ['setup', ['kafka', 'registry', 'setup', 'database', 'logging']],
  ['ingress', ['kafka', 'registry', 'ingress', ...everywhere]],
  ['lag-exporter', ['kafka', 'which workers', 'lag-exporter', ...everywhere]],
  ['doctor', ['doctor']],
  ...workerNames.map((name) => [name, [...workers, name, ...everywhere]] as const),
  ...logFollowers.map(({ name }) => [name, ['kafka', 'registry', name, ...everywhere]] as const),
])

/** The processes that `bridge config` can be limited to. */
export const processNames: readonly string[] = [...sectionsOf.keys()]

/** @throws UsageError if there is no such process */
export const sectionsOfProcess = (name: string): readonly string[] => {
  const found = sectionsOf.get(name)
  if (found !== undefined) return found
  throw new UsageError(`There is no process ${name}. Name one of: ${processNames.join(', ')}.`)
}

/**
 * The process that a container runs.
 *
 * @param commandLine of the first process (pid 1), with a NUL behind each word
 * @returns undefined if it is not one of ours, as outside of a container
 */
export const processOfCommandLine = (commandLine: string): string | undefined => {
  const words = commandLine.split('\0')
  const start = words.findIndex((word) => /(^|\/)cli\/bridge\.ts$/.test(word))
  if (start === -1) return undefined
  const [command, worker] = words.slice(start + 1)
  const name = command === 'consumer' ? worker : command
  return name !== undefined && sectionsOf.has(name) ? name : undefined
}
