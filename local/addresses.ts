/** Whether a listener on this host is reached from this machine alone. */
export const isLoopback = (host = ''): boolean =>
  host === 'localhost' || host === '::1' || host.startsWith('127.')

/** The host to put into a URL for a listener on this host: a wildcard is no address to connect to. */
export const reachable = (host = ''): string => {
  if (host === '0.0.0.0' || host === '::' || host === '') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}
