/** Notices leaves that others have appended. */
export interface HeadWatch {
  stop(): void
}

export interface HeadWatchOptions {
  /** How many leaves the log has. */
  readSize(): Promise<number>
  onSize(size: number): void
  everyMs?: number
}

/**
 * Reads the size of the log every minute. The commands of operators append statements, such as erasures, and
 * in a quiet time no hook comes that would let the worker anchor them.
 */
export const watchHead = ({ readSize, onSize, everyMs = 60_000 }: HeadWatchOptions): HeadWatch => {
  const timer = setInterval(() => {
    // A database that does not answer is reported by whoever needs it.
    void readSize().then(onSize, () => undefined)
  }, everyMs)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}
