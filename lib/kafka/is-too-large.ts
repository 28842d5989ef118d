/**
 * Whether the brokers refused a record because of its size. kafkajs wraps the answer of the broker in other
 * errors.
 */
export const isTooLarge = (error: unknown): boolean =>
  error instanceof Error &&
  (/^(MESSAGE|RECORD_LIST)_TOO_LARGE$/.test((error as { type?: string }).type ?? '') ||
    isTooLarge(error.cause))
