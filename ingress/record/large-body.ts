import { excessOf, type JsonSize } from './json-size.ts'

/**
 * A body of this size cannot hold the event loop for 200 ms whatever it contains, so it is not measured: it
 * holds at most 16,000 values, and the parser needs no stack for its levels.
 */
const smallBytes = 32 * 1024

/** A larger body is large even if it contains one long text. */
const largeBytes = 256 * 1024

/** A genuine body of 256 KiB holds about 6,000 values. To make a record of 20,000 takes 40 ms. */
const limitsOfSmall: JsonSize = { values: 20_000, depth: 100 }

/**
 * Whether a body must be prepared in the child process for large bodies. Measuring a body costs a tenth of
 * parsing it; most hooks are too small to be measured.
 */
export const isLargeBody = (body: Buffer): boolean => {
  if (body.length <= smallBytes) return false
  return body.length > largeBytes || excessOf(body, limitsOfSmall) !== undefined
}
