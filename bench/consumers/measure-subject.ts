import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Environment } from '../../lib/config.ts'
import { allocatorEnvironment, nodeFlags } from '../../local/process/node-options.ts'
import type { BenchConsumerName, Standing } from './subject.ts'

/** `bare`: the client's own loop, without the runtime. */
export type SubjectKind = 'bare' | 'worker'

const entry = fileURLToPath(new URL('subject.ts', import.meta.url))

/** Lets one subject handle so many records. @returns where it stood after each tenth of them */
export const measureSubject = async (
  kind: SubjectKind,
  name: BenchConsumerName,
  records: number,
  env: Environment,
): Promise<Standing[]> => {
  const args = [...nodeFlags, entry, kind, name, String(records)]
  const child = spawn(process.execPath, args, {
    env: { ...env, ...allocatorEnvironment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const standings: Standing[] = []
  for await (const line of createInterface(child.stdout)) standings.push(JSON.parse(line) as Standing)
  const [code] = await ended
  if (code !== 0) throw new Error(`${kind} ${name} ended with ${code} before it was through`)
  return standings
}

/** Records a second over all of them. */
export const rateOf = (standings: readonly Standing[]): number => {
  const last = standings.at(-1)
  return last === undefined ? Number.NaN : last.count / last.seconds
}
