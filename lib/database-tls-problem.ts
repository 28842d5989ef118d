import { messageOf } from './errors.ts'

/** Error codes of Node for a certificate that no trusted authority has signed. */
const untrusted = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_SIGNATURE_FAILURE',
])

/**
 * The sentences for a connection to PostgreSQL that fails because of TLS and will fail again.
 *
 * @returns undefined for any other error
 */
export const databaseTlsProblem = (error: unknown): string | undefined => {
  const code = String((error as { code?: unknown } | null)?.code ?? '')
  const message = messageOf(error)
  if (untrusted.has(code))
    return (
      `the certificate of the database is not signed by a trusted authority (${message}). ` +
      'Name the file of the authority that signed it: sslrootcert=/path/to/authority.pem in the URL.'
    )
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return (
      `the certificate of the database is for another host (${message}). Use a host name that is in the ` +
      'certificate, or sslmode=verify-ca in the URL, which does not compare names.'
    )
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID')
    return `the certificate of the database is not valid at this time (${message}). Renew it.`
  if (message === 'The server does not support SSL connections')
    return (
      'the database does not offer encrypted connections. Switch TLS on there (`ssl = on`), ' +
      'or set sslmode=disable in the URL.'
    )
  if (code === '28000' && message.endsWith('no encryption'))
    return (
      `the database refuses connections without encryption (${message}). ` +
      'Set sslmode=verify-full and sslrootcert in the URL, or sslmode=require.'
    )
  return undefined
}
