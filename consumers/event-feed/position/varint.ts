/**
 * Writes a whole number in groups of seven bits, the lowest first. A safe integer has at most eight bytes.
 *
 * @returns the place behind it
 */
export const writeVarint = (bytes: Buffer, start: number, value: number): number => {
  let [at, rest] = [start, value]
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes[at++] = (rest % 128) + 128
  bytes[at++] = rest
  return at
}

/** Reads numbers that `writeVarint` has written. */
export const createVarintReader = (bytes: Buffer, start: number) => {
  let at = start
  return {
    /** The next number; undefined behind the last one, or if it is not a safe integer. */
    next: (): number | undefined => {
      let [value, factor] = [0, 1]
      for (;;) {
        const byte = bytes[at++]
        if (byte === undefined) return undefined
        value += (byte % 128) * factor
        if (!Number.isSafeInteger(value)) return undefined
        if (byte < 128) return value
        factor *= 128
      }
    },
    isAtEnd: (): boolean => at === bytes.length,
  }
}
