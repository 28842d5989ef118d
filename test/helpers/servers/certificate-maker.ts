import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** A certificate and its key, as text and in files. */
export interface Certificate {
  cert: string
  key: string
  certFile: string
  keyFile: string
}

/** The purpose for which a certificate may be used. */
type Use = 'server' | 'client' | 'authority'

interface Authority extends Certificate {
  /**
   * Signs a new certificate.
   *
   * @param days how long it is valid; -1 for a certificate that expired yesterday
   */
  issue(use: Use, days?: number): Promise<Authority>
}

/** Creates certificates, all of them in one folder. */
export interface CertificateMaker {
  /** Creates a self-signed authority. Two authorities of the same name differ in their keys. */
  authority(name: string): Promise<Authority>
  /** Writes a text to a new file. @returns the path of the file */
  file(text: string): Promise<string>
  remove(): Promise<void>
}

const configuration = `
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE
[server]
subjectAltName = IP:127.0.0.1
extendedKeyUsage = serverAuth
[client]
extendedKeyUsage = clientAuth
[ca]
default_ca = issuing
[issuing]
database = index
new_certs_dir = .
default_md = sha256
policy = any_name
unique_subject = no
rand_serial = yes
[any_name]
commonName = supplied
`

/** Uses the program openssl, because Node cannot create certificates. @throws Error if it is not installed */
export const openCertificateMaker = async (): Promise<CertificateMaker> => {
  const folder = await mkdtemp(join(tmpdir(), 'bridge-test-'))
  await writeFile(join(folder, 'openssl.cnf'), configuration)
  await writeFile(join(folder, 'index'), '')
  const openssl = (...args: string[]) => promisify(execFile)('openssl', args, { cwd: folder }).catch(explain)
  let made = 0
  const nextFile = () => join(folder, `${++made}.pem`)

  const withNewKey = (command: string[], keyFile: string, subject: string, out: string) => {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', keyFile]
    return openssl('req', '-config', 'openssl.cnf', ...command, ...key, '-subj', subject, '-out', out)
  }
  const authorityOf = async (certFile: string, keyFile: string): Promise<Authority> => ({
    certFile,
    keyFile,
    cert: await readFile(certFile, 'utf8'),
    key: await readFile(keyFile, 'utf8'),
    issue: async (use, days = 2) => {
      const [issued, issuedKey, request] = [nextFile(), nextFile(), nextFile()]
      await withNewKey(['-new'], issuedKey, `/CN=${use} ${made}`, request)
      const validity = ['-startdate', asTime(-3), '-enddate', asTime(days)]
      const files = ['-cert', certFile, '-keyfile', keyFile, '-in', request, '-out', issued]
      await openssl(
        'ca',
        '-config',
        'openssl.cnf',
        '-batch',
        '-notext',
        '-extensions',
        use,
        ...validity,
        ...files,
      )
      return authorityOf(issued, issuedKey)
    },
  })
  return {
    authority: async (name) => {
      const [certFile, keyFile] = [nextFile(), nextFile()]
      await withNewKey(['-x509', '-extensions', 'authority', '-days', '2'], keyFile, `/CN=${name}`, certFile)
      return authorityOf(certFile, keyFile)
    },
    file: async (text) => {
      const path = nextFile()
      await writeFile(path, text)
      return path
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

/** A time so many days from now, in the format of OpenSSL. */
const asTime = (days: number): string =>
  `${new Date(Date.now() + days * 86_400_000).toISOString().replace(/\.\d+/, '').replaceAll(/[-:T]/g, '')}`

const explain = (error: NodeJS.ErrnoException): never => {
  if (error.code === 'ENOENT')
    throw new Error('openssl is not installed: the tests of TLS make their certificates with it')
  throw error
}
