interface RawRequestOptions {
  method?: string
  target?: string
  version?: string
  /** Whether a Content-Length header is added. */
  length?: boolean
}

/** An HTTP request as bytes. Header names and values are written exactly as given. */
export const rawRequest = (
  body: Buffer | string,
  headers: readonly (readonly [string, string])[] = [],
  { method = 'POST', target = '/hooks', length = true, version = 'HTTP/1.1' }: RawRequestOptions = {},
): Buffer => {
  const lines = [
    `${method} ${target} ${version}`,
    'Host: bridge',
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(length ? [`Content-Length: ${Buffer.byteLength(body)}`] : []),
  ]
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), Buffer.from(body)])
}
