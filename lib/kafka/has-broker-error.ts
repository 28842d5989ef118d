/**
 * Whether a broker answered with one of these errors. kafkajs wraps the answer of the broker in other errors.
 *
 * @param type matches the name of the error: https://kafka.apache.org/protocol#protocol_error_codes
 */
export const hasBrokerError = (error: unknown, type: RegExp): boolean =>
  error instanceof Error &&
  (type.test((error as { type?: string }).type ?? '') || hasBrokerError(error.cause, type))
