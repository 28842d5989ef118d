import { type checkServerIdentity, getCACertificates } from 'node:tls'
import { messageOf } from './errors.ts'
import { readRegularFile } from './read-regular-file.ts'

/** How a client connects: options of `pg`. */
export interface DatabaseConnection {
  connectionString: string
  /** False: without TLS. Undefined: the URL does not say. */
  ssl?: TlsOptions | false
}

interface TlsOptions {
  rejectUnauthorized?: boolean
  checkServerIdentity?: typeof checkServerIdentity
  ca?: string | string[]
  cert?: string
  key?: string
  passphrase?: string
}

const modes = ['disable', 'require', 'verify-ca', 'verify-full', 'no-verify'] as const
type Mode = (typeof modes)[number]

const parameters = ['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'sslpassword']

/**
 * Reads the parameters of TLS in the URL of a PostgreSQL database as libpq documents them, and the files that
 * they name. https://www.postgresql.org/docs/current/libpq-ssl.html
 *
 * They are taken out of the URL, because pg reads `require` and `verify-ca` as `verify-full`.
 *
 * @throws Error that names the parameter, if its value cannot be used or its file cannot be read
 */
export const readDatabaseUrl = (url: string): DatabaseConnection => {
  const rest = new URL(url)
  const given = new Map<string, string>()
  for (const [name, value] of [...rest.searchParams]) {
    if (!name.startsWith('ssl')) continue
    if (name === 'ssl') throw new Error('the parameter ssl is not read: use sslmode, such as sslmode=require')
    if (!parameters.includes(name))
      throw new Error(`the parameter ${name} is not supported; supported are ${parameters.join(', ')}`)
    if (value !== '') given.set(name, value)
    rest.searchParams.delete(name)
  }
  if (given.size === 0) return { connectionString: url }
  return { connectionString: rest.href, ssl: tlsOf(given) }
}

const tlsOf = (given: ReadonlyMap<string, string>): TlsOptions | false => {
  const mode = modeOf(given)
  if (mode === 'disable') return false
  const options = { ...authorityOf(given, mode), ...ownCertificate(given) }
  if (mode === 'no-verify') return { ...options, rejectUnauthorized: false }
  // `require` verifies the certificate if and only if there is an authority to verify it with.
  if (mode === 'require' && options.ca === undefined) return { ...options, rejectUnauthorized: false }
  if (mode !== 'verify-full') return { ...options, checkServerIdentity: () => undefined }
  return options
}

const modeOf = (given: ReadonlyMap<string, string>): Mode => {
  const text = given.get('sslmode') ?? 'verify-full'
  const mode = modes.find((each) => each === text)
  if (mode !== undefined) return mode
  if (text === 'prefer' || text === 'allow')
    throw new Error(
      `sslmode=${text} is not supported, because it may connect without encryption: ` +
        'use disable, or require, verify-ca or verify-full',
    )
  throw new Error('sslmode must be disable, require, verify-ca or verify-full')
}

const authorityOf = (given: ReadonlyMap<string, string>, mode: Mode): Pick<TlsOptions, 'ca'> => {
  const file = given.get('sslrootcert')
  if (file === 'system') {
    if (mode !== 'verify-full') throw new Error('sslrootcert=system needs sslmode=verify-full')
    return { ca: getCACertificates('system') }
  }
  if (file !== undefined) return { ca: read('sslrootcert', file) }
  if (mode === 'verify-ca')
    throw new Error(
      'sslmode=verify-ca needs sslrootcert, the file of the authority that signed the certificate',
    )
  return {}
}

const ownCertificate = (given: ReadonlyMap<string, string>): TlsOptions => {
  const [cert, key, passphrase] = ['sslcert', 'sslkey', 'sslpassword'].map((name) => given.get(name))
  if (cert === undefined && key === undefined) return {}
  if (cert === undefined || key === undefined) throw new Error('sslcert and sslkey belong together: set both')
  const pair = { cert: read('sslcert', cert), key: read('sslkey', key) }
  return passphrase === undefined ? pair : { ...pair, passphrase }
}

const read = (parameter: string, file: string): string => {
  try {
    return readRegularFile(file).toString()
  } catch (error) {
    throw new Error(`${parameter}: cannot read ${file}: ${messageOf(error)}`)
  }
}
