import { kill } from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'

interface ProcessToEnd {
  pid: number
  isAlive(): boolean
  stopSignal: NodeJS.Signals
  /** How long the process may take to stop before it is killed, in milliseconds. */
  graceMs: number
}

/** Ends a process that is not our child. Resolves when it has ended. */
export const endProcess = async ({ pid, isAlive, stopSignal, graceMs }: ProcessToEnd): Promise<void> => {
  const deadline = Date.now() + graceMs
  const send = (signal: NodeJS.Signals) => {
    if (isAlive()) kill(pid, signal)
  }
  send(stopSignal)
  send('SIGCONT') // A frozen process handles the stop signal only after it continues.
  while (isAlive()) {
    if (Date.now() > deadline) send('SIGKILL')
    await sleep(20)
  }
}
