import { getCACertificates } from 'node:tls'

/**
 * The option `ca` of a TLS connection that trusts a private authority beside those that Node trusts; nothing
 * without one.
 *
 * @param ca certificates in PEM
 */
export const trustAlso = (ca: string | undefined): { ca?: string[] } =>
  ca === undefined ? {} : { ca: [...getCACertificates('default'), ca] }
