import type { PushLine } from '../push-line.ts'

/** Reads a line of the log. Undefined for a text that is not a push. */
export const parseLine = (text: string): PushLine | undefined => {
  try {
    const line = JSON.parse(text) as Partial<PushLine> | null
    const required = [line?.pushed_at, line?.ref, line?.before, line?.after]
    const isPush = required.every((field) => typeof field === 'string')
    return isPush && !Number.isNaN(Date.parse(String(line?.pushed_at))) ? (line as PushLine) : undefined
  } catch {
    return undefined
  }
}
