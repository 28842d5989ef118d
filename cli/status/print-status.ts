import { setTimeout as sleep } from 'node:timers/promises'
import { type OpenStatus, openStatus, type StatusOptions } from './open-status.ts'
import { screenText } from './screen-text.ts'

export interface PrintOptions extends Omit<StatusOptions, 'reads'> {
  form: 'text' | 'json'
  print(line: string): void
}

/** Prints how everything is doing, once. @throws ConfigError */
export const printStatus = async (options: PrintOptions): Promise<void> => {
  const status = openStatus({ ...options, reads: 'once' })
  try {
    await printOnce(status, options)
  } finally {
    await status.close()
  }
}

export interface WatchOptions extends PrintOptions {
  everySeconds: number
  /** Printed before each screen: it clears a terminal. */
  clear: string
  /** Ends the watching. */
  signal?: AbortSignal
}

/** Prints the same again and again, until it is aborted. @throws ConfigError */
export const watchStatus = async (options: WatchOptions): Promise<void> => {
  const { everySeconds, clear, signal } = options
  const status = openStatus({ ...options, reads: 'again and again' })
  try {
    while (signal?.aborted !== true) {
      await printOnce(status, options, clear)
      await sleep(everySeconds * 1000, undefined, { ...(signal && { signal }) }).catch(() => undefined)
    }
  } finally {
    await status.close()
  }
}

const printOnce = async (status: OpenStatus, { form, print }: PrintOptions, clear = ''): Promise<void> => {
  const rows = await status.read()
  if (form === 'json') for (const row of rows) print(JSON.stringify(row))
  else print(clear + screenText(rows, Date.now()))
}
