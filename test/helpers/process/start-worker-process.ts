import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Environment } from '../../../lib/config.ts'
import { type NodeProcess, startNodeProcess } from './node-process.ts'

/** One record that a worker has handled: the id of its delivery, and its project. */
export interface Effect {
  id: string
  project: number
}

const entry = fileURLToPath(new URL('worker-process.ts', import.meta.url))

/**
 * Starts worker-process.ts: a worker that can be killed. @param file where it notes its attempts and effects
 */
export const startWorkerProcess = (worker: string, file: string, env: Environment): Promise<NodeProcess> =>
  startNodeProcess({
    name: worker,
    entry,
    env: {
      LOG_LEVEL: 'debug',
      CONSUMER_SESSION_SECONDS: '6',
      ...env,
      TEST_WORKER_NAME: worker,
      TEST_WORKER_FILE: file,
    },
    cwd: process.cwd(),
  })

/** The ids that a worker process has begun to handle, each as often as it did. */
export const attemptsIn = (file: string): string[] =>
  linesIn(file).flatMap((line) => /^attempt (\S+)$/.exec(line)?.[1] ?? [])

/** What a worker process has handled to the end, in order. */
export const effectsIn = (file: string): Effect[] =>
  linesIn(file).flatMap((line) => {
    const [, id, project] = /^effect (\S+) (\d+)$/.exec(line) ?? []
    return id === undefined ? [] : [{ id, project: Number(project) }]
  })

const linesIn = (file: string): string[] => (existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [])
