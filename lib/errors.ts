/** Downstream is unwell: try again later, keep order, never dead-letter. */
export class RetriableError extends Error {
  readonly retryAfterMs: number | undefined

  constructor(message: string, options: { cause?: unknown; retryAfterMs?: number } = {}) {
    super(message, { cause: options.cause })
    this.name = 'RetriableError'
    this.retryAfterMs = options.retryAfterMs
  }
}

/** This record can never be handled: dead-letter it at once. */
export class PermanentError extends Error {
  override readonly name = 'PermanentError'
}

/** One variable of the environment that is missing or wrong. */
export interface ConfigFault {
  variable: string
  problem: string
}

/** The environment cannot be used as it is. The message names every variable at fault, never its value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly faults: readonly ConfigFault[]

  constructor(faults: readonly ConfigFault[]) {
    super(faults.map(({ variable, problem }) => `${variable}: ${problem}`).join('\n'))
    this.faults = faults
  }
}

/** What the operator did wrong, in one sentence meant for them; printed without a stack. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError'
}

/** The text of anything thrown. */
export const messageOf = (thrown: unknown): string =>
  readable(() => (thrown instanceof Error ? thrown.message : thrown))

/** A part of what was thrown, as text: it may be of any type, and have getters that throw themselves. */
export const readable = (part: () => unknown): string => {
  try {
    return String(part())
  } catch {
    return 'cannot be read'
  }
}
