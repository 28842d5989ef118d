/** The name of a source, as a regular expression without anchors. It is one segment of the path of a hook. */
export const sourceNamePattern = '[a-z0-9][a-z0-9_-]{0,62}'

const wholeName = new RegExp(`^${sourceNamePattern}$`)

export const isSourceName = (text: string): boolean => wholeName.test(text)

/** The rule in words, for the answer to a sender and for the error about the file of sources. */
export const sourceNameRule =
  'a source name has 1 to 63 lower-case letters, digits, _ and -, and starts with a letter or a digit'

/** The source of hooks that are posted to `/hooks`, without a name. */
export const defaultSourceName = 'default'
