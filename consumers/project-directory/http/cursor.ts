/** A place in a list: the sort key of the last item of a page. */
export type Place = readonly (string | number)[]

export const cursorOf = (place: Place): string => Buffer.from(JSON.stringify(place)).toString('base64url')

/** @returns undefined if the text is not a cursor of this length */
export const placeOf = (cursor: string, length: number): Place | undefined => {
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    if (!Array.isArray(place) || place.length !== length) return undefined
    const isUsable = place.every(
      (each) => (typeof each === 'string' && !each.includes('\0')) || Number.isSafeInteger(each),
    )
    return isUsable ? place : undefined
  } catch {
    return undefined
  }
}
