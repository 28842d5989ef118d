/** What could not be read from one body, as dotted paths of the record. */
export interface Problems {
  /** Optional fields whose value has an unknown form. They become null. */
  faults: string[]
  /** Identity fields that are absent or unreadable. */
  missing: string[]
}

/**
 * Turns one JSON value into the type of the schema: null if it is absent, null and a fault if it is
 * unreadable.
 */
export type Coerce<T> = (value: unknown, path: string, problems: Problems) => T | null

const fault = (path: string, problems: Problems): null => {
  problems.faults.push(path)
  return null
}

export const toText: Coerce<string> = (value, path, problems) => {
  if (typeof value === 'string') return value
  return value == null ? null : fault(path, problems)
}

export const toBoolean: Coerce<boolean> = (value, path, problems) => {
  if (typeof value === 'boolean') return value
  if (value === 'true' || value === 'false') return value === 'true'
  return value == null ? null : fault(path, problems)
}

const toInteger =
  (limit: number): Coerce<number> =>
  (value, path, problems) => {
    if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= limit) return value
    if (value == null) return null
    if (typeof value === 'string' && /^-?\d{1,15}$/.test(value) && Math.abs(Number(value)) <= limit)
      return Number(value)
    return fault(path, problems)
  }

export const toLong = toInteger(Number.MAX_SAFE_INTEGER)

export const toInt = toInteger(2 ** 31 - 1)

/**
 * A number, or a decimal number as text. The length of the text is limited: a longer one is not a measured
 * value.
 */
const decimalPattern = /^-?\d{1,15}(?:\.\d{1,20})?(?:[eE][+-]?\d{1,2})?$/

export const toDouble: Coerce<number> = (value, path, problems) => {
  if (typeof value === 'number') return value
  if (typeof value === 'string' && decimalPattern.test(value)) return Number(value)
  return value == null ? null : fault(path, problems)
}

/** Any JSON value as JSON text. */
export const toJson: Coerce<string> = (value, path, problems) => {
  if (value == null) return null
  try {
    return JSON.stringify(value) ?? null
  } catch {
    // JSON.stringify needs stack for each level of nesting.
    return fault(path, problems)
  }
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Converts each member. A hostile key `__proto__` stays an ordinary key, since the map has no prototype. */
const toMapOf =
  <T>(convert: (value: unknown, path: string, problems: Problems) => T): Coerce<Record<string, T>> =>
  (value, path, problems) => {
    if (value == null) return null
    if (!isObject(value)) return fault(path, problems)
    const map: Record<string, T> = Object.create(null)
    for (const [key, member] of Object.entries(value)) map[key] = convert(member, path, problems)
    return map
  }

export const toJsonMap = toMapOf<string>((value, path, problems) => toJson(value, path, problems) ?? 'null')

/** GitLab gives a change as `{previous, current}`, or as a list of the two (for reviewers). */
export const toChanges = toMapOf((value, path, problems) => {
  const [previous, current] = isObject(value)
    ? [value.previous, value.current]
    : Array.isArray(value)
      ? value
      : [undefined, value]
  return { previous: toJson(previous, path, problems), current: toJson(current, path, problems) }
})

/** For an address that is not public GitLab sends an empty text or `[REDACTED]`. */
export const toEmail: Coerce<string> = (value, path, problems) =>
  value === '' || value === '[REDACTED]' ? null : toText(value, path, problems)

/** Zeros stand for "no commit", in SHA-1 and in SHA-256 repositories. */
export const toIsZeroSha: Coerce<boolean> = (value, path, problems) => {
  const sha = toText(value, path, problems)
  return sha === null ? null : /^0{40}(0{24})?$/.test(sha)
}

const visibilities: Readonly<Record<string, string>> = { '0': 'private', '10': 'internal', '20': 'public' }
const visibilityNames = new Set(Object.values(visibilities))

/** A name, a number, or a text such as `visibilitylevel|private` (GitLab of about 2019). */
export const toVisibility: Coerce<string> = (value, path, problems) => {
  if (value == null) return null
  if (typeof value !== 'string' && typeof value !== 'number') return fault(path, problems)
  const name = String(value).replace('visibilitylevel|', '').toLowerCase()
  const visibility = visibilities[name] ?? name
  return visibilityNames.has(visibility) ? visibility : 'other'
}

const accessLevels: Readonly<Record<string, string>> = {
  '0': 'no_access',
  '5': 'minimal_access',
  '10': 'guest',
  '15': 'planner',
  '20': 'reporter',
  '25': 'security_manager',
  '30': 'developer',
  '40': 'maintainer',
  '50': 'owner',
}
const accessLevelNames = new Set(Object.values(accessLevels))

/** A name such as "Maintainer", or a number such as 40. Any other name is a custom role: `other`. */
export const toAccessLevel: Coerce<string> = (value, path, problems) => {
  if (value == null) return null
  if (typeof value !== 'string' && typeof value !== 'number') return fault(path, problems)
  const name = String(value).toLowerCase().replace(' ', '_')
  const level = accessLevels[name] ?? name
  return accessLevelNames.has(level) ? level : 'other'
}

/** GitLab's own name of the role if the access level is `other`. */
export const toOtherAccessLevel: Coerce<string> = (value, path) =>
  toAccessLevel(value, path, { faults: [], missing: [] }) === 'other' ? String(value) : null
