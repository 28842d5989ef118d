/** How to reach the LDAP servers. */
export interface LdapSettings {
  /** `ldap://` or `ldaps://`, the preferred server first. */
  urls: readonly string[]
  /** Whether a connection by `ldap://` is encrypted before the bind. */
  transport: 'as the URL says' | 'StartTLS'
  /** Certificate authority, PEM. Undefined: the public ones. */
  ca: string | undefined
  bindDn: string
  password: string
  connectTimeoutMs: number
  timeoutMs: number
}

/** The values of one entry. A value that is not UTF-8 is a buffer. */
export interface Entry {
  dn: string
  attributes: Readonly<Record<string, readonly (string | Buffer)[]>>
}

export interface Search {
  base: string
  scope: 'base' | 'sub'
  /** Values that an entry must have, all of them. The library escapes them. None: any entry. */
  where?: readonly (readonly [attribute: string, value: string | Buffer])[]
  attributes: readonly string[]
  /** `paged`: the answer may be long, so that it is read page by page. */
  size: 'small' | 'paged'
}
