import { createPrivateKey, X509Certificate } from 'node:crypto'
import { createSecureContext, type SecureContextOptions } from 'node:tls'
import type { Reading } from '../../lib/disk/watch-files.ts'
import { ConfigError, messageOf } from '../../lib/errors.ts'
import { readRegularFile } from '../../lib/read-regular-file.ts'
import type { IngressSettings } from '../config.ts'

type TlsVariable = 'INGRESS_TLS_CERT_FILE' | 'INGRESS_TLS_KEY_FILE' | 'INGRESS_TLS_CLIENT_CA_FILE'

/**
 * Reads the certificate and the key of the server, and the certificate authorities of the senders if they
 * are configured. All files are checked here, because Node accepts a file without a certificate silently.
 * Without an authority of its own, Node would trust every public one.
 *
 * @throws ConfigError that names the variable
 */
export const readCertificates = (
  settings: Pick<IngressSettings, TlsVariable>,
): Reading<SecureContextOptions> => {
  const files: string[] = []
  const read = (variable: TlsVariable): string => {
    const file = settings[variable] ?? ''
    files.push(file)
    return orFault(variable, 'cannot be read', () => readRegularFile(file).toString())
  }
  const cert = read('INGRESS_TLS_CERT_FILE')
  const key = read('INGRESS_TLS_KEY_FILE')
  demandMatchingKey(cert, key)

  const options: SecureContextOptions = { minVersion: 'TLSv1.2', cert, key }
  if (settings.INGRESS_TLS_CLIENT_CA_FILE !== undefined) {
    options.ca = read('INGRESS_TLS_CLIENT_CA_FILE')
    parseCertificates('INGRESS_TLS_CLIENT_CA_FILE', options.ca)
  }
  orFault('INGRESS_TLS_CERT_FILE', 'cannot be used', () => createSecureContext(options))
  return { value: options, files }
}

/** When the certificate of the server expires, in seconds since 1970. */
export const expiryOf = (cert: string): number => {
  const [own] = parseCertificates('INGRESS_TLS_CERT_FILE', cert)
  return own.validToDate.getTime() / 1000
}

/**
 * Why senders will not accept the certificate of the server now. It is used all the same: some senders do not
 * verify it, and a warning helps more than an ingress that does not start.
 */
export const expiryProblemOf = (cert: string, now: Date): string | undefined => {
  const [own] = parseCertificates('INGRESS_TLS_CERT_FILE', cert)
  if (own.validToDate < now) return `it expired at ${own.validToDate.toISOString()}`
  if (own.validFromDate > now) return `it is not valid before ${own.validFromDate.toISOString()}`
  return undefined
}

const demandMatchingKey = (cert: string, key: string): void => {
  const [own] = parseCertificates('INGRESS_TLS_CERT_FILE', cert)
  const privateKey = orFault(
    'INGRESS_TLS_KEY_FILE',
    'contains no private key in PEM format, or the key needs a passphrase',
    () => createPrivateKey(key),
  )
  if (!own.checkPrivateKey(privateKey))
    throw fault('INGRESS_TLS_KEY_FILE', 'is not the key of the first certificate in INGRESS_TLS_CERT_FILE')
}

const parseCertificates = (variable: TlsVariable, text: string): [X509Certificate, ...X509Certificate[]] => {
  const [first, ...others] = text
    .split(/(?=-----BEGIN )/)
    .filter((block) => /^-----BEGIN [A-Z0-9 ]*CERTIFICATE-----/.test(block))
  if (first === undefined) throw fault(variable, 'contains no certificate in PEM format')
  const parse = (block: string) =>
    orFault(variable, 'contains a certificate that cannot be parsed', () => new X509Certificate(block))
  return [parse(first), ...others.map(parse)]
}

const orFault = <T>(variable: TlsVariable, problem: string, action: () => T): T => {
  try {
    return action()
  } catch (error) {
    throw fault(variable, `${problem}: ${messageOf(error)}`)
  }
}

const fault = (variable: TlsVariable, problem: string) => new ConfigError([{ variable, problem }])
