import type { Environment } from '../../../lib/config.ts'
import { type Certificate, type CertificateMaker, openCertificateMaker } from './certificate-maker.ts'

/** The certificates of one test file, signed by an authority of its own. */
export interface TlsFiles {
  maker: CertificateMaker
  authority: Awaited<ReturnType<CertificateMaker['authority']>>
  /** An authority that nobody trusts. */
  foreign: Awaited<ReturnType<CertificateMaker['authority']>>
  server: Certificate
  client: Awaited<ReturnType<CertificateMaker['authority']>>
  /** Connection options of a sender that trusts our authority. */
  trusting: { ca: string }
  /** Connection options of a sender that also shows its certificate. */
  asClient: { ca: string; cert: string; key: string }
}

/** Makes the certificates. The caller removes them with `maker.remove()`. */
export const createTlsFiles = async (): Promise<TlsFiles> => {
  const maker = await openCertificateMaker()
  const authority = await maker.authority('ours')
  const foreign = await maker.authority('foreign')
  const server = await authority.issue('server')
  const client = await authority.issue('client')
  const trusting = { ca: authority.cert }
  const asClient = { ...trusting, cert: client.cert, key: client.key }
  return { maker, authority, foreign, server, client, trusting, asClient }
}

/** The settings of an ingress that shows this certificate. */
export const tlsSettings = ({ certFile, keyFile }: { certFile: string; keyFile: string }): Environment => ({
  INGRESS_TLS_CERT_FILE: certFile,
  INGRESS_TLS_KEY_FILE: keyFile,
})
