/** How many characters of a body an example shows in `raw`. */
const shownOfRaw = 60

/** A record as JSON values. It is complete except for `raw`, which is shortened. */
export const jsonOf = (record: object): Record<string, unknown> =>
  JSON.parse(
    JSON.stringify({ ...record, raw: shortened('raw' in record ? String(record.raw) : '', shownOfRaw) }),
  )

/** The same as text for people: without null and empty values, with long texts and lists shortened. */
export const shortJsonOf = (record: object): string => JSON.stringify(shorten(jsonOf(record)), null, 2)

const shorten = (value: unknown): unknown => {
  if (typeof value === 'string') return shortened(value, 90)
  if (Array.isArray(value)) return value.slice(0, 1).map(shorten)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null && !isEmpty(member))
      .map(([name, member]) => [name, shorten(member)]),
  )
}

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0

// Three ASCII dots: the JSON form of Avro's bytes allows no character above 255.
const shortened = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length)}...` : text

/** A text without Markdown's backticks, for places that would show them. */
export const withoutCodeMarks = (markdown: string): string => markdown.replaceAll('`', '')
