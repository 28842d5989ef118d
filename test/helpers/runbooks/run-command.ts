import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Environment } from '../../../lib/config.ts'

const entry = fileURLToPath(new URL('../../../cli/bridge.ts', import.meta.url))
const root = fileURLToPath(new URL('../../..', import.meta.url))

/** A command that hangs is wrong too: an operator waits for its answer. */
const limitMs = 5 * 60_000

export interface CommandResult {
  command: string
  /** Null where the command was ended because it hung. */
  code: number | null
  output: string
}

/**
 * Runs a command as an operator would type it, in the folder of the repository. `bridge` is the program of
 * the repository.
 */
export const runCommand = (command: string, env: Environment): Promise<CommandResult> => {
  const typed = command.replace(/^bridge /, `'${process.execPath}' '${entry}' `)
  return new Promise((resolve) => {
    execFile(
      'sh',
      ['-c', typed],
      { cwd: root, env: env as NodeJS.ProcessEnv, timeout: limitMs, killSignal: 'SIGKILL' },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null
        resolve({ command, code, output: stdout + stderr })
      },
    ).stdin?.end()
  })
}
