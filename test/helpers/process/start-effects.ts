import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Environment } from '../../../lib/config.ts'
import { type Child, startChild } from '../../../local/process/child.ts'
import { eventually } from './eventually.ts'
import { reportOutputOf } from './report-on-failure.ts'

/** What a worker did: the id of the delivery, and its project. */
export interface Effect {
  id: string
  project: number
}

/** effects-process.ts as it runs. */
export interface EffectsProcess extends Child {
  /** What it has logged so far. */
  readonly lines: readonly string[]
  /** Where its operations port is, once it has joined its group. */
  operationsUrl(): Promise<string>
  /** Waits like `eventually`, but not for a process that is gone. */
  eventually<T>(question: () => T): Promise<T>
}

const entry = fileURLToPath(new URL('effects-process.ts', import.meta.url))

/** Starts a worker as a process of its own. @param file where it writes what it does */
export const startEffects = async (
  worker: string,
  file: string,
  env: Environment,
): Promise<EffectsProcess> => {
  const lines: string[] = []
  reportOutputOf(worker, lines)
  const child = await startChild({
    name: worker,
    command: process.execPath,
    args: [entry],
    env: {
      LOG_LEVEL: 'debug',
      CONSUMER_SESSION_SECONDS: '6',
      ...env,
      EFFECTS_WORKER: worker,
      EFFECTS_FILE: file,
    },
    cwd: process.cwd(),
    output: (line) => void lines.push(line),
    stopSignal: 'SIGTERM',
  })
  const gone = child.exited.then(({ code, signal }) =>
    Promise.reject(new Error(`${worker} ended with ${code ?? signal}`)),
  )
  gone.catch(() => undefined)
  const own: EffectsProcess['eventually'] = (question) => Promise.race([eventually(question), gone])
  const operationsUrl = () =>
    own(() => {
      const metrics = lines.flatMap((line) => /"metrics":"([^"]+)\/metrics"/.exec(line)?.[1] ?? []).at(-1)
      if (metrics === undefined) throw new Error(`${worker} is not ready`)
      return metrics
    })
  return { ...child, lines, operationsUrl, eventually: own }
}

/** The ids a process began to handle, each as often as it did. */
export const attemptsIn = (file: string): string[] =>
  linesIn(file).flatMap((line) => /^attempt (\S+)$/.exec(line)?.[1] ?? [])

export const effectsIn = (file: string): Effect[] =>
  linesIn(file).flatMap((line) => {
    const [, id, project] = /^effect (\S+) (\d+)$/.exec(line) ?? []
    return id === undefined ? [] : [{ id, project: Number(project) }]
  })

const linesIn = (file: string): string[] => (existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [])
