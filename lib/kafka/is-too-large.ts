/** Whether the brokers refused a record for its size. The client wraps what they answered. */
export const isTooLarge = (error: unknown): boolean =>
  error instanceof Error &&
  (/^(MESSAGE|RECORD_LIST)_TOO_LARGE$/.test((error as { type?: string }).type ?? '') ||
    isTooLarge(error.cause))
