/** How much a JSON text holds. A parser needs time and memory for each value, and stack for each level. */
export interface JsonSize {
  /** Objects, lists and scalars together. The names of members are not counted. */
  values: number
  /** How deep objects and lists are nested at the deepest place. */
  depth: number
}

// The classes of bytes outside of strings.
const scalar = 0
const space = 1
const quote = 2
const open = 3
const close = 4
const comma = 5
const colon = 6

const classOf = new Uint8Array(256)
const classes: readonly (readonly [characters: string, byteClass: number])[] = [
  [' \t\r\n', space],
  ['"', quote],
  ['{[', open],
  ['}]', close],
  [',', comma],
  [':', colon],
]
for (const [characters, byteClass] of classes)
  for (const character of characters) classOf[character.charCodeAt(0)] = byteClass

const quoteByte = 0x22
const backslashByte = 0x5c

/**
 * Measures a JSON text in one pass over its bytes, without parsing it: the parser itself would need seconds
 * and half a gigabyte for a hostile text. Bytes that are not JSON give some size, but no error.
 *
 * @param limits the pass ends at the first value that exceeds one of them
 */
export const measureJson = (json: Uint8Array, limits: JsonSize): JsonSize => {
  const size = { values: 0, depth: 0 }
  let depth = 0
  let isInScalar = false
  for (let at = 0; at < json.length; at++) {
    const byteClass = classOf[json[at] ?? 0] ?? scalar
    if (byteClass === scalar) {
      if (!isInScalar) size.values++
      isInScalar = true
    } else {
      isInScalar = false
      if (byteClass === quote) {
        size.values++
        at = endOfString(json, at + 1)
      } else if (byteClass === open) {
        size.values++
        depth++
        if (depth > size.depth) size.depth = depth
      } else if (byteClass === close) depth--
      // The string before a colon was the name of a member.
      else if (byteClass === colon) size.values--
    }
    // A string may still become a name, so one more value than the limit is no excess yet.
    if (size.values > limits.values + 1 || size.depth > limits.depth) break
  }
  return size
}

/** @returns the place of the closing quote */
const endOfString = (json: Uint8Array, start: number): number => {
  for (let at = start; at < json.length; at++) {
    const byte = json[at]
    if (byte === quoteByte) return at
    if (byte === backslashByte) at++
  }
  return json.length
}

/** @returns which limit a JSON text exceeds, as a sentence; undefined if it exceeds none */
export const excessOf = (json: Uint8Array, limits: JsonSize): string | undefined => {
  const { values, depth } = measureJson(json, limits)
  if (depth > limits.depth) return `the body is nested more than ${limits.depth} levels deep`
  if (values > limits.values) return `the body holds more than ${limits.values} JSON values`
  return undefined
}
