import type { ChildOptions } from './child.ts'
import type { ChildProcesses } from './child-processes.ts'

/** Runs a program to its end. @throws Error naming its log when it fails */
export const runStep = async (
  childProcesses: ChildProcesses,
  options: ChildOptions & { output: string },
): Promise<void> => {
  const { exited } = await childProcesses.start(options)
  const { code, signal } = await exited
  if (code !== 0)
    throw new Error(`${options.name} failed (${signal ?? `code ${code}`}); its log is ${options.output}`)
}
