const name = 'event_feed_session'

/** The session in a header `Cookie`; undefined if there is none. */
export const sessionCookie = (header: string | undefined): string | undefined =>
  header
    ?.split(/; */)
    .find((pair) => pair.startsWith(`${name}=`))
    ?.slice(name.length + 1)

/**
 * A header `Set-Cookie`. Scripts cannot read it, and no other site can make a browser send it.
 *
 * @param session an empty text removes the cookie
 */
export const setSessionCookie = (session: string, seconds: number, channel: 'tls' | 'clear'): string =>
  [
    `${name}=${session}`,
    'Path=/',
    'HttpOnly',
    'SameSite=Strict',
    `Max-Age=${seconds}`,
    ...(channel === 'tls' ? ['Secure'] : []),
  ].join('; ')
