import { afterEach } from 'node:test'

const told = new Map<readonly string[], string>()
const [mostProcesses, mostLines] = [4, 40]
let isListening = false

/** To be called at the top of a test file: from then on a test of it that fails says what its processes wrote last. */
export const tellOnFailure = (): void => {
  if (isListening) return
  isListening = true
  afterEach((context) => {
    const failure = 'error' in context ? context.error : undefined
    const cause = failure instanceof Error ? failure.cause : undefined
    if (!(cause instanceof Error)) return
    const last = [...told]
      .slice(-mostProcesses)
      .map(([lines, name]) => [`the last lines of ${name}:`, ...lines.slice(-mostLines)])
    // What a runner prints of an error is its stack; diagnostics stand far from it.
    cause.stack += last.map((lines) => `\n${lines.join('\n')}`).join('')
  })
}

/** @param lines to which what the process writes is added */
export const tellOf = (name: string, lines: readonly string[]): void => {
  told.set(lines, name)
}
