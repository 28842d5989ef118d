import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Environment } from '../../../lib/config.ts'
import { messageOf } from '../../../lib/errors.ts'
import type { Finding } from '../finding.ts'

const files = ['INGRESS_TLS_CERT_FILE', 'KAFKA_SSL_CERT_FILE', 'KAFKA_SSL_CA_FILE'] as const

/** When the certificates in our files expire. @param now milliseconds since 1970 */
export const checkCertificates = async (env: Environment, now = Date.now()): Promise<Finding[]> => {
  const named = files.flatMap((variable) => {
    const file = env[variable]
    return file === undefined || file === '' ? [] : [{ variable, file }]
  })
  if (named.length === 0)
    return [{ check: 'certificates', state: 'skipped', says: 'No variable names a file of a certificate.' }]
  return Promise.all(named.map(({ variable, file }) => checkOne(variable, file, now)))
}

const checkOne = async (variable: string, file: string, now: number): Promise<Finding> => {
  try {
    const certificate = new X509Certificate(await readFile(file))
    return expiryFinding(`${variable} (${file})`, certificate.validToDate.getTime(), now)
  } catch (error) {
    return {
      check: 'certificates',
      state: 'problem',
      says: `${variable}: ${file} cannot be read: ${messageOf(error)}.`,
      todo: 'name a file with a certificate in PEM',
    }
  }
}

const dayMs = 86_400_000

export const expiryFinding = (what: string, expiresAt: number, now: number): Finding => {
  const check = 'certificates'
  const days = Math.floor((expiresAt - now) / dayMs)
  if (days < 0)
    return { check, state: 'problem', says: `${what} has expired.`, todo: 'renew it: no restart is needed' }
  if (days < 21)
    return { check, state: 'warning', says: `${what} expires in ${days} days.`, todo: 'renew it now' }
  return { check, state: 'ok', says: `${what} is valid for ${days} more days.` }
}
