/** Somebody waits at a terminal: brokers that are silent for so long are told on, in milliseconds. */
export const requestTimeoutMs = 10_000
