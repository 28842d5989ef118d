import { messageOf, PermanentError, RetriableError } from '../../../lib/errors.ts'

/**
 * Why a request to the LDAP server failed.
 *
 * | kind | result code | means |
 * | --- | --- | --- |
 * | `unavailable` | no answer, 1, 51, 52, 53, 80 | the server is down, busy or read-only |
 * | `login` | 7, 8, 13, 48, 49 | the bind is refused, or the connection is not bound any more |
 * | `not_allowed` | 50 | the bind DN lacks a right |
 * | `not_known` | 3, 4, 9, 10, 11, 12, 71, a referral | the answer is not complete: nothing follows from it |
 * | `absent` | 32 | there is no such entry |
 * | `exists` | 68 | the entry exists already |
 * | `value_exists` | 20 | the value is there already |
 * | `no_such_value` | 16 | the value is not there |
 * | `refused` | any other | the server will never accept this request |
 *
 * The first four are retriable: waiting, another server or the operator can end them.
 */
export type LdapFailureKind =
  | 'unavailable'
  | 'login'
  | 'not_allowed'
  | 'not_known'
  | 'absent'
  | 'exists'
  | 'value_exists'
  | 'no_such_value'
  | 'refused'

/** The LDAP server cannot be used now. The worker waits and keeps the order. */
export class LdapRetriableError extends RetriableError {
  readonly kind: LdapFailureKind

  constructor(message: string, kind: LdapFailureKind, cause?: unknown) {
    super(message, { cause })
    this.kind = kind
  }
}

/** The LDAP server refuses this request, however often it is repeated. */
export class LdapPermanentError extends PermanentError {
  readonly kind: LdapFailureKind

  constructor(message: string, kind: LdapFailureKind) {
    super(message)
    this.kind = kind
  }
}

/** https://www.rfc-editor.org/rfc/rfc4511#appendix-A */
const kindOfCode: Readonly<Record<number, LdapFailureKind>> = {
  1: 'unavailable',
  3: 'not_known',
  4: 'not_known',
  7: 'login',
  8: 'login',
  9: 'not_known',
  10: 'not_known',
  11: 'not_known',
  12: 'not_known',
  13: 'login',
  16: 'no_such_value',
  20: 'value_exists',
  32: 'absent',
  48: 'login',
  49: 'login',
  50: 'not_allowed',
  51: 'unavailable',
  52: 'unavailable',
  53: 'unavailable',
  68: 'exists',
  71: 'not_known',
  80: 'unavailable',
}

const retriable: readonly LdapFailureKind[] = ['unavailable', 'login', 'not_allowed', 'not_known']

/** What was tried, as it stands in the error: `modify cn=team,dc=example`. */
export const ldapError = (
  tried: string,
  kind: LdapFailureKind,
  reason: string,
  cause?: unknown,
): LdapRetriableError | LdapPermanentError => {
  const message = `LDAP: ${tried}: ${reason}`
  return retriable.includes(kind)
    ? new LdapRetriableError(message, kind, cause)
    : new LdapPermanentError(message, kind)
}

/** Translates what ldapts throws. An error without a result code is one of the connection. */
export const translateError = (tried: string, error: unknown): Error => {
  if (error instanceof LdapRetriableError || error instanceof LdapPermanentError) return error
  const { code } = error as { code?: unknown }
  if (typeof code !== 'number') return ldapError(tried, 'unavailable', messageOf(error), error)
  return ldapError(tried, kindOfCode[code] ?? 'refused', reasonOf(error as Error, code), error)
}

/** ldapts writes the result code in hexadecimal. People and documents know it as a decimal number. */
const reasonOf = ({ name, message }: Error, code: number): string => {
  const said = message.replace(/\s*Code: 0x[\da-f]+$/, '')
  return `${name} (${code})${said === '' ? '' : `: ${said}`}`
}

/** Why a request failed, if the error comes from the LDAP server. */
export const ldapFailureOf = (error: unknown): LdapFailureKind | undefined =>
  error instanceof LdapRetriableError || error instanceof LdapPermanentError ? error.kind : undefined
