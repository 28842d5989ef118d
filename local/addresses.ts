/** Whether a server that listens on this host can only be reached from this machine. */
export const isLoopback = (host = ''): boolean =>
  host === 'localhost' || host === '::1' || host.startsWith('127.')

/** The host for a URL of a server that listens on `host`. A wildcard address becomes 127.0.0.1. */
export const reachable = (host = ''): string => {
  if (host === '0.0.0.0' || host === '::' || host === '') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}
