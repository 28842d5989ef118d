/** The entry of a person. */
export interface PersonEntry {
  dn: string
  /** The value of `uid`, or of the attribute by which people are matched: it stands in a `posixGroup`. */
  memberName: string
  /** What the server knows the entry by, also after it was renamed: an attribute, and its value. */
  id: string | undefined
}
