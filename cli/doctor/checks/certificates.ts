import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Environment } from '../../../lib/config.ts'
import { messageOf } from '../../../lib/errors.ts'
import { describeConfiguration } from '../../config/describe.ts'
import type { Finding } from '../finding.ts'

/** Every variable of a certificate or of the authorities that a process trusts. */
const variables = new Set(
  describeConfiguration({}, {})
    .map(({ variable }) => variable)
    .filter((variable) => /_(CERT|CA)_FILE$/.test(variable)),
)

/** When the certificates in our files expire. @param now milliseconds since 1970 */
export const checkCertificates = async (env: Environment, now = Date.now()): Promise<Finding[]> => {
  const named = [...variables].flatMap((variable) => {
    const file = env[variable]
    return file === undefined || file === '' ? [] : [{ variable, file }]
  })
  if (named.length === 0)
    return [{ check: 'certificates', state: 'skipped', says: 'No variable names a file of a certificate.' }]
  return Promise.all(named.map(({ variable, file }) => checkOne(variable, file, now)))
}

const checkOne = async (variable: string, file: string, now: number): Promise<Finding> => {
  try {
    const expiries = expiriesIn(await readFile(file, 'utf8'))
    // A file of authorities may still hold the old one beside its successor. Of a chain, ours is the first.
    const expiresAt = variable.endsWith('_CA_FILE') ? Math.max(...expiries) : expiries[0]
    const renewal = variable.startsWith('INGRESS_TLS_')
      ? 'no restart is needed'
      : 'then restart the processes'
    return expiryFinding(`${variable} (${file})`, expiresAt, now, renewal)
  } catch (error) {
    return {
      check: 'certificates',
      state: 'problem',
      says: `${variable}: ${file} cannot be read: ${messageOf(error)}.`,
      todo: 'name a file with a certificate in PEM',
    }
  }
}

/** When each certificate of a text expires, in milliseconds since 1970. */
const expiriesIn = (text: string): [number, ...number[]] => {
  const [first = text, ...others] = text.match(/-----BEGIN .*?-----END [^\n]*/gs) ?? []
  const expiryOf = (block: string) => new X509Certificate(block).validToDate.getTime()
  return [expiryOf(first), ...others.map(expiryOf)]
}

const dayMs = 86_400_000

/** @param renewal what follows after the file has been replaced */
export const expiryFinding = (what: string, expiresAt: number, now: number, renewal: string): Finding => {
  const check = 'certificates'
  const days = Math.floor((expiresAt - now) / dayMs)
  const todo = `renew it: ${renewal}`
  if (days < 0) return { check, state: 'problem', says: `${what} has expired.`, todo }
  if (days < 21) return { check, state: 'warning', says: `${what} expires in ${days} days.`, todo }
  return { check, state: 'ok', says: `${what} is valid for ${days} more days.` }
}
