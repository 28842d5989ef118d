import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext, type SecureContextOptions } from 'node:tls'
import type { Reading } from '../../lib/disk/watch-files.ts'
import { ConfigError, messageOf } from '../../lib/errors.ts'
import type { IngressSettings } from '../config.ts'

type TlsVariable = 'INGRESS_TLS_CERT_FILE' | 'INGRESS_TLS_KEY_FILE' | 'INGRESS_TLS_CLIENT_CA_FILE'

/**
 * Reads the certificate and key we show, and the authorities that vouch for senders, where there are any.
 * Node takes a file without a certificate in it without a word; with no authority left it would trust every public one.
 *
 * @throws ConfigError naming the variable
 */
export const readCertificates = (
  settings: Pick<IngressSettings, TlsVariable>,
): Reading<SecureContextOptions> => {
  const files: string[] = []
  const read = (variable: TlsVariable): string => {
    const file = settings[variable] ?? ''
    files.push(file)
    return attempt(variable, 'cannot be read', () => readFileSync(file, 'utf8'))
  }
  const cert = read('INGRESS_TLS_CERT_FILE')
  const key = read('INGRESS_TLS_KEY_FILE')
  const [own] = certificatesIn('INGRESS_TLS_CERT_FILE', cert)
  const privateKey = attempt(
    'INGRESS_TLS_KEY_FILE',
    'holds no private key in PEM that needs no passphrase',
    () => createPrivateKey(key),
  )
  if (!own.checkPrivateKey(privateKey))
    throw fault('INGRESS_TLS_KEY_FILE', 'is not the key of the first certificate in INGRESS_TLS_CERT_FILE')

  const options: SecureContextOptions = { minVersion: 'TLSv1.2', cert, key }
  if (settings.INGRESS_TLS_CLIENT_CA_FILE !== undefined) {
    options.ca = read('INGRESS_TLS_CLIENT_CA_FILE')
    certificatesIn('INGRESS_TLS_CLIENT_CA_FILE', options.ca)
  }
  attempt('INGRESS_TLS_CERT_FILE', 'cannot be used', () => createSecureContext(options))
  return { value: options, files }
}

const certificatesIn = (variable: TlsVariable, text: string): [X509Certificate, ...X509Certificate[]] => {
  const [first, ...others] = text
    .split(/(?=-----BEGIN )/)
    .filter((block) => /^-----BEGIN [A-Z0-9 ]*CERTIFICATE-----/.test(block))
  if (first === undefined) throw fault(variable, 'holds no certificate in PEM')
  const parse = (block: string) =>
    attempt(variable, 'holds a certificate that cannot be read', () => new X509Certificate(block))
  return [parse(first), ...others.map(parse)]
}

const attempt = <T>(variable: TlsVariable, problem: string, action: () => T): T => {
  try {
    return action()
  } catch (error) {
    throw fault(variable, `${problem}: ${messageOf(error)}`)
  }
}

const fault = (variable: TlsVariable, problem: string) => new ConfigError([{ variable, problem }])
