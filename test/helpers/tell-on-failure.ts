import { afterEach } from 'node:test'

const told = new Map<readonly string[], string>()
const [mostProcesses, mostLines] = [4, 40]

/** Where a test of this file fails from now on, it says what this process wrote last. @param lines to which what it writes is added */
export const tellOnFailure = (name: string, lines: readonly string[]): void => {
  told.set(lines, name)
}

afterEach((context) => {
  const failure = 'error' in context ? context.error : undefined
  const cause = failure instanceof Error ? failure.cause : undefined
  if (!(cause instanceof Error)) return
  const last = [...told].slice(-mostProcesses).map(([lines, name]) => [`the last lines of ${name}:`, ...lines.slice(-mostLines)])
  // What a runner prints of an error is its stack; diagnostics stand far from it.
  cause.stack += last.map((lines) => `\n${lines.join('\n')}`).join('')
})
