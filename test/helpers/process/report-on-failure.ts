import { afterEach } from 'node:test'

const outputs = new Map<readonly string[], string>()
const maxProcesses = 4
const maxLines = 40
let isInstalled = false

/**
 * Adds the last lines of the child processes to the error of a test that fails.
 * Call it at the top of a test file; further calls do nothing.
 */
export const reportOnFailure = (): void => {
  if (isInstalled) return
  isInstalled = true
  afterEach((context) => {
    const failure = 'error' in context ? context.error : undefined
    const cause = failure instanceof Error ? failure.cause : undefined
    if (!(cause instanceof Error)) return
    const excerpts = [...outputs]
      .slice(-maxProcesses)
      .map(([lines, name]) => [`the last lines of ${name}:`, ...lines.slice(-maxLines)])
    // The test runner prints the stack beside the failure, but prints diagnostics far away from it.
    cause.stack += excerpts.map((lines) => `\n${lines.join('\n')}`).join('')
  })
}

/** @param lines the output of the process; lines that are added later are reported too */
export const reportOutputOf = (name: string, lines: readonly string[]): void => {
  outputs.set(lines, name)
}
