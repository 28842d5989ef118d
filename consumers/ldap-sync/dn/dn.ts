/** One attribute with its value, such as `cn=Anna`. The value is text without escapes. */
export interface AttributeValue {
  type: string
  value: string
}

/** The parts of one level; more than one in a multi-valued RDN such as `cn=Anna+uid=anna`. */
export type Rdn = readonly AttributeValue[]

/** A distinguished name: the entry first, the root last. Empty for the root of the directory. */
export type Dn = readonly Rdn[]
