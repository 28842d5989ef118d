import { boundedDurationMs } from './duration.ts'

/**
 * A system that we need is not available: the record is tried again later, in order, and is never
 * dead-lettered.
 */
export class RetriableError extends Error {
  /** How long the other system asked us to wait, in milliseconds. Never more than a timer can wait. */
  readonly retryAfterMs: number | undefined

  constructor(message: string, options: { cause?: unknown; retryAfterMs?: number } = {}) {
    super(message, { cause: options.cause })
    this.name = 'RetriableError'
    this.retryAfterMs = boundedDurationMs(options.retryAfterMs)
  }
}

/** This record can never be handled: it is dead-lettered without another attempt. */
export class PermanentError extends Error {
  override readonly name = 'PermanentError'
}

/**
 * An environment variable that is missing or wrong. `problem` completes a sentence that begins with its name.
 */
export interface ConfigFault {
  variable: string
  problem: string
  /** Another variable that could be set instead of the missing one. */
  alternative?: string
}

/**
 * The configuration cannot be used. The message names every variable that must be changed, never its value.
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly faults: readonly ConfigFault[]

  constructor(faults: readonly ConfigFault[]) {
    super(faults.map(({ variable, problem }) => `${variable}: ${problem}`).join('\n'))
    this.faults = faults
  }
}

/**
 * A server refuses a setting that is valid by itself. It may accept it later, for example when the user of
 * the brokers has been created, so starting the process again can help.
 */
export class RefusedSettingError extends ConfigError {}

/** A mistake that the operator can correct. The message says how; it is printed without a stack trace. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError'
}

/**
 * A process cannot run with its settings, said in one sentence. Starting it again changes nothing until a
 * setting is changed.
 */
export class SettingsError extends UsageError {
  override readonly name = 'SettingsError'
}

/** Longer texts of errors are cut: they go to logs, to headers of records and to other errors. */
const maxMessageLength = 10_000

/** The message of any thrown value, cut to 10,000 characters. */
export const messageOf = (thrown: unknown): string => {
  const text = readable(() => (thrown instanceof Error ? thrown.message : thrown))
  if (text.length <= maxMessageLength) return text
  return `${text.slice(0, maxMessageLength)}… (${text.length} characters)`
}

/**
 * A property of a thrown value, as text. The value may be of any type, and its getters may throw.
 *
 * @returns 'cannot be read' if reading the property throws
 */
export const readable = (part: () => unknown): string => {
  try {
    return String(part())
  } catch {
    return 'cannot be read'
  }
}
