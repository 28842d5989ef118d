/** The header `authorization` for `https://user:password@host/`; undefined if the URL has no user. */
export const basicAuthOf = (url: string): string | undefined => {
  const { username, password } = new URL(url)
  if (username === '' && password === '') return undefined
  return basicAuth(decoded(username), decoded(password))
}

/** The header `authorization` for a user and a password. */
export const basicAuth = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

/** A `%` that encodes nothing stands for itself. */
const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
