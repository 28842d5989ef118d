/** How much of a body is shown in `raw`. */
const shownOfRaw = 60

/** A record in JSON's terms, complete but for `raw`. */
export const jsonOf = (record: object): Record<string, unknown> =>
  JSON.parse(
    JSON.stringify({ ...record, raw: shortened('raw' in record ? String(record.raw) : '', shownOfRaw) }),
  )

/** The same for people: what is null or empty is left out, long texts and lists are cut. */
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

// ASCII dots: Avro's JSON form of bytes knows no other.
const shortened = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length)}...` : text

/** Markdown's code marks taken out, for where they would be shown as they are. */
export const escapeless = (markdown: string): string => markdown.replaceAll('`', '')
