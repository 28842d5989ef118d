/** Fields of one log line: what lib/logger.ts writes, plus the fields that the message brings. */
export type LogEntry = Readonly<Record<string, unknown>>

/** The lines of a process that are log entries. Other output, such as the stack of a crash, is left out. */
export const logEntriesIn = (lines: readonly string[]): LogEntry[] =>
  lines.flatMap((line) => {
    try {
      const entry: unknown = JSON.parse(line)
      return typeof entry === 'object' && entry !== null ? [entry as LogEntry] : []
    } catch {
      return []
    }
  })
