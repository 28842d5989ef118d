import { type Coerce, isObject, type Problems } from './coerce.ts'

/**
 * Builds the typed record from GitLab's JSON object. What it could not read goes to `problems`.
 *
 * @param given the fields that are not in the body
 */
export type Normaliser = (
  body: Record<string, unknown>,
  problems: Problems,
  given: Readonly<Record<string, unknown>>,
) => Record<string, unknown>

/** A record within a record. The paths of its problems begin with the path of the outer field. */
export const toRecord =
  (normalise: Normaliser): Coerce<unknown> =>
  (value, path, problems) => {
    if (value == null) return null
    if (!isObject(value)) {
      problems.faults.push(path)
      return null
    }
    const faultsBefore = problems.faults.length
    const missingBefore = problems.missing.length
    const record = normalise(value, problems, {})
    if (problems.faults.length > faultsBefore) prefix(problems.faults, faultsBefore, path)
    if (problems.missing.length > missingBefore) prefix(problems.missing, missingBefore, path)
    return record
  }

const prefix = (paths: string[], start: number, outer: string) => {
  for (let i = start; i < paths.length; i++) paths[i] = `${outer}.${paths[i]}`
}

/** A list. Items that cannot be read are left out; they are reported as faults. */
export const toList =
  (coerce: Coerce<unknown>): Coerce<unknown[]> =>
  (value, path, problems) => {
    if (value == null) return null
    if (!Array.isArray(value)) {
      problems.faults.push(path)
      return null
    }
    const list: unknown[] = []
    for (let index = 0; index < value.length; index++) {
      const read = coerce(value[index], `${path}.${index}`, problems)
      if (read !== null) list.push(read)
    }
    return list
  }

/** A place that holds one item of a list, as a list. */
export const listOfOne = (value: unknown): unknown[] | null => (value == null ? null : [value])

/** The first of several places that holds a readable value. It is a fault only if none of them does. */
export const toFirstReadable =
  (coerce: Coerce<unknown>) =>
  (values: readonly unknown[], path: string, problems: Problems): unknown => {
    const faultsBefore = problems.faults.length
    for (const value of values) {
      if (value == null) continue
      problems.faults.length = faultsBefore
      const read = coerce(value, path, problems)
      if (read !== null) return read
    }
    return null
  }
