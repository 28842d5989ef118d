import { type ChildOptions, exitReason } from './child.ts'
import type { ChildProcesses } from './child-processes.ts'

/** Runs a program and waits for its end. @throws Error naming its log if it fails */
export const runStep = async (
  childProcesses: ChildProcesses,
  options: ChildOptions & { output: string },
): Promise<void> => {
  const { exited } = await childProcesses.start(options)
  const exit = await exited
  if (exit.code === 0) return
  throw new Error(`${options.name} failed (${exitReason(exit)}). Its log is ${options.output}`)
}
