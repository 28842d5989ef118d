import { excessOf, type JsonSize } from './json-size.ts'
import type { QuarantineCause } from './quarantine-cause.ts'

/**
 * Beyond these limits a body is not parsed. A body of GitLab would reach them only if it named nearly a
 * million files.
 */
const parseLimits: JsonSize = { values: 1_000_000, depth: 100 }

/** Why a body must not be parsed; undefined if it may be parsed. */
export const tooComplex = (body: Buffer): QuarantineCause | undefined => {
  const detail = excessOf(body, parseLimits)
  return detail === undefined ? undefined : { reason: 'too_complex', detail }
}
