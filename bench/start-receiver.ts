import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Child, startChild } from '../local/process/child.ts'
import { freePort } from './free-port.ts'
import type { LoadOrder } from './load/load.ts'
import { type Receiver, secretToken } from './receiver.ts'

/** A receiver that has kept its first hook. */
export interface RunningReceiver {
  receiver: Receiver
  pid: number
  url: string
  stop(): Promise<void>
}

/** The hook that the benchmark sends again and again. */
export type HookToSend = Pick<LoadOrder, 'headers' | 'body'>

/** @param fixture the text of a .headers file in test/fixtures */
export const headersOf = (fixture: string): Record<string, string> => ({
  ...Object.fromEntries(
    fixture
      .trim()
      .split('\n')
      .map((line) => line.split(': ') as [string, string]),
  ),
  'Content-Type': 'application/json',
  'X-Gitlab-Token': secretToken,
})

const startLimitMs = 60_000

/**
 * Starts a receiver as a process of its own and waits until it keeps hooks.
 *
 * @throws Error with the first lines of its output where it does not keep a hook in time
 */
export const startReceiver = async (
  receiver: Receiver,
  hook: HookToSend,
  dataDir: string,
): Promise<RunningReceiver> => {
  const { name, command, args, env } = receiver
  const folder = await mkdtemp(join(dataDir, `${name}-`))
  const port = await freePort()
  const firstLines: string[] = []
  const child = await startChild({
    name,
    command,
    args: args(port),
    env: env(port, folder),
    cwd: folder,
    output: (line) => {
      if (firstLines.length < 50) firstLines.push(line)
    },
    stopSignal: 'SIGTERM',
  })
  const stop = async () => {
    await child.stop(10_000)
    await rm(folder, { recursive: true, force: true })
  }
  const url = `http://127.0.0.1:${port}/hooks`
  try {
    await waitUntilItKeeps(child, url, hook, receiver.status)
  } catch (error) {
    await stop()
    throw new Error(
      `The receiver ${name} keeps no hooks. Its output begins with:\n${firstLines.join('\n')}`,
      { cause: error },
    )
  }
  return { receiver, pid: child.pid, url, stop }
}

const waitUntilItKeeps = async (
  child: Child,
  url: string,
  { headers, body }: HookToSend,
  status: number,
): Promise<void> => {
  const ended = child.exited.then(({ code }) => {
    throw new Error(`The process ended with exit code ${code}`)
  })
  const probe = async () => {
    const deadline = Date.now() + startLimitMs
    for (;;) {
      const request = fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(10_000) })
      const answered = await request.then((response) => response.status).catch(() => 0)
      if (answered === status) return
      if (Date.now() > deadline) throw new Error(`It answers ${answered} and not ${status}`)
      await sleep(100)
    }
  }
  await Promise.race([probe(), ended])
}
