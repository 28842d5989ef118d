import type { Environment } from '../../../lib/config.ts'
import { type Child, startChild } from '../../../local/process/child.ts'
import { nodeFlags } from '../../../local/process/node-options.ts'
import { eventually } from './eventually.ts'
import { logEntriesIn } from './log-entries.ts'
import { reportOutputOf } from './report-on-failure.ts'

/** A process of ours under test. It ends at the latest when the test process ends. */
export interface NodeProcess extends Child {
  /** What it has written so far, to standard output and standard error. */
  readonly lines: readonly string[]
  /** Like `eventually`, but fails at once when the process ends. */
  eventually<T>(attempt: () => T | Promise<T>): Promise<T>
  /**
   * Waits until the process has logged where its operations port is.
   * @throws Error with its output if it ends before
   */
  ready(): Promise<Addresses>
}

/** Where a process can be reached. */
export interface Addresses {
  /** Undefined for a process that accepts no hooks. */
  hookUrl: string | undefined
  metricsUrl: string
}

export interface NodeProcessOptions {
  /** For error messages. */
  name: string
  /** Absolute path of the file to run. */
  entry: string
  args?: readonly string[]
  env: Environment
  cwd: string
}

/** Starts a TypeScript file of ours as a process. The output is reported when a test fails. */
export const startNodeProcess = async ({
  name,
  entry,
  args = [],
  env,
  cwd,
}: NodeProcessOptions): Promise<NodeProcess> => {
  const lines: string[] = []
  reportOutputOf(name, lines)
  const child = await startChild({
    name,
    command: process.execPath,
    args: [...nodeFlags, entry, ...args],
    env,
    cwd,
    output: (line) => void lines.push(line),
    stopSignal: 'SIGTERM',
  })
  const ending = new AbortController()
  const ended = child.exited.then(({ code, signal }) => {
    ending.abort()
    throw new Error(`${name} ended with ${code ?? signal}:\n${lines.join('\n')}`)
  })
  ended.catch(() => undefined) // Most tests stop a process on purpose.
  const eventuallyWhileRunning: NodeProcess['eventually'] = (attempt) =>
    Promise.race([eventually(attempt, undefined, ending.signal), ended])

  const ready = () =>
    eventuallyWhileRunning(() => {
      const entry = logEntriesIn(lines).findLast(({ metrics }) => metrics !== undefined)
      if (entry === undefined) throw new Error(`${name} is not ready:\n${lines.join('\n')}`)
      return {
        hookUrl: entry.url === undefined ? undefined : String(entry.url),
        metricsUrl: String(entry.metrics),
      }
    })
  return { ...child, lines, eventually: eventuallyWhileRunning, ready }
}
