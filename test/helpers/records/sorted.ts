/** A sorted copy, so that two sets can be compared. */
export const sorted = (ids: Iterable<string>): string[] => [...ids].sort()
