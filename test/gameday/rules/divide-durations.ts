/** A rule as it stands in a file of rules. */
export interface Rule {
  alert?: string
  expr: string
  for?: string
  keep_firing_for?: string
}

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000, y: 31_536_000_000 }
type DurationUnit = keyof typeof unitMs
const duration = /\d+(?:ms|[smhdwy])/

/** @param text such as `5m` or `1h`. @returns milliseconds */
export const millisecondsOf = (text: string): number => {
  const [, digits, unit] = /^(\d+)(ms|[smhdwy])$/.exec(text) ?? []
  if (digits === undefined) throw new Error(`${text} is not a duration of Prometheus with one unit`)
  return Number(digits) * unitMs[unit as DurationUnit]
}

/** Divides `5m` or `1h`. The result is in seconds, or in milliseconds where it is not a whole number. */
export const divideDuration = (text: string, divisor: number): string => {
  const ms = Math.round(millisecondsOf(text) / divisor)
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`
}

/** A number of seconds of an expression: `120`, `4 * 3600`. */
const product = /\d+(?:\.\d+)?(?: \* \d+)*/

/** The expressions whose comparisons are with a number of seconds. */
const comparesTime = /\btime\(\)|\btimestamp\(|_(?:age|lag)_seconds\b/
/** A smaller number of these expressions is a count or a state: `> 0`, `== 1`. */
const leastSeconds = 60

const divideProduct = (text: string, divisor: number): string => {
  const seconds = text.split(' * ').reduce((value, factor) => value * Number(factor), 1)
  return seconds < leastSeconds ? text : String(seconds / divisor)
}

const divideExpression = (expr: string, divisor: number): string => {
  const divided = expr
    .replaceAll(
      new RegExp(`\\[(${duration.source})\\]`, 'g'),
      (_, range: string) => `[${divideDuration(range, divisor)}]`,
    )
    .replaceAll(
      new RegExp(`\\boffset (${duration.source})`, 'g'),
      (_, offset: string) => `offset ${divideDuration(offset, divisor)}`,
    )
    .replaceAll(
      new RegExp(`(predict_linear\\([^,]*, )(${product.source})`, 'g'),
      (_, start: string, seconds: string) => start + divideProduct(seconds, divisor),
    )
  if (!comparesTime.test(expr)) return divided
  return divided.replaceAll(
    new RegExp(`([<>]=? )(${product.source})`, 'g'),
    (_, comparison: string, seconds: string) => comparison + divideProduct(seconds, divisor),
  )
}

/** The rule with every duration divided: `for`, ranges, offsets, and the seconds that it compares with. */
export const divideRule = <R extends Rule>(rule: R, divisor: number): R => ({
  ...rule,
  expr: divideExpression(rule.expr, divisor),
  ...(rule.for !== undefined && { for: divideDuration(rule.for, divisor) }),
  ...(rule.keep_firing_for !== undefined && {
    keep_firing_for: divideDuration(rule.keep_firing_for, divisor),
  }),
})
