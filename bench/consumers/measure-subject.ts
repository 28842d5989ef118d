import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Environment } from '../../lib/config.ts'
import { allocatorEnvironment, nodeFlags } from '../../local/process/node-options.ts'
import type { BenchConsumerName, Progress } from './subject.ts'

/** `bare` is the loop of the Kafka client without the runtime. */
export type SubjectKind = 'bare' | 'worker'

const entry = fileURLToPath(new URL('subject.ts', import.meta.url))

/** Runs one subject until it has handled all records. Returns its progress after each tenth of them. */
export const measureSubject = async (
  kind: SubjectKind,
  name: BenchConsumerName,
  records: number,
  env: Environment,
): Promise<Progress[]> => {
  const args = [...nodeFlags, entry, kind, name, String(records)]
  const child = spawn(process.execPath, args, {
    env: { ...env, ...allocatorEnvironment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const progress: Progress[] = []
  for await (const line of createInterface(child.stdout)) progress.push(JSON.parse(line) as Progress)
  const [code] = await ended
  if (code !== 0)
    throw new Error(
      `The subject ${kind} ${name} ended with exit code ${code} before it had handled all records`,
    )
  return progress
}

/** Records per second over the whole run. */
export const rateOf = (progress: readonly Progress[]): number => {
  const last = progress.at(-1)
  return last === undefined ? Number.NaN : last.count / last.seconds
}
