/** One GitLab whose API a worker may call. */
export interface GitlabInstance {
  /** Its URL as its hooks name it: `delivery.instance` of their records. */
  instance: string
  /** Base URL for requests, without `/api/v4` and without a slash at its end. */
  url: string
  token: string
  /** Certificate authorities in PEM; undefined: only those that Node trusts. */
  ca: string | undefined
  /** The setting that an error about the token names. */
  tokenSetting: string
}
