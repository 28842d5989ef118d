/** A place in a list: the sort key of the last item of a page. */
export type Place = readonly (string | number)[]

export const cursorOf = (place: Place): string => Buffer.from(JSON.stringify(place)).toString('base64url')

/** @param like a place of the same list @returns undefined if the text is not a cursor of this list */
export const placeOf = (cursor: string, like: Place): Place | undefined => {
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    if (!Array.isArray(place) || place.length !== like.length) return undefined
    return place.every((each, at) => typeof each === typeof like[at] && isUsable(each)) ? place : undefined
  } catch {
    return undefined
  }
}

const isUsable = (value: unknown): boolean =>
  typeof value === 'string' ? !value.includes('\0') && value.isWellFormed() : Number.isSafeInteger(value)
