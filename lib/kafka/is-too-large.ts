import { hasBrokerError } from './has-broker-error.ts'

/** Whether the brokers refused a record because of its size. */
export const isTooLarge = (error: unknown): boolean =>
  hasBrokerError(error, /^(MESSAGE|RECORD_LIST)_TOO_LARGE$/)
