import type { Logger } from '../../../lib/logger.ts'

export interface LogLine {
  level: 'error' | 'warn' | 'info' | 'debug'
  message: string
  fields: Record<string, unknown>
}

/** A logger that collects its log lines. */
export const recordingLogger = (): { logger: Logger; lines: LogLine[] } => {
  const lines: LogLine[] = []
  const at =
    (level: LogLine['level']) =>
    (message: string, fields: Record<string, unknown> = {}) =>
      void lines.push({ level, message, fields })
  return {
    lines,
    logger: {
      error: at('error'),
      warn: at('warn'),
      info: at('info'),
      debug: at('debug'),
    } as unknown as Logger,
  }
}
