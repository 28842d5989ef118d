import { readFileSync } from 'node:fs'
import { appendFile, chown, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Certificate } from './certificate-maker.ts'
import type { Servers } from './servers.ts'

/**
 * Restarts PostgreSQL with TLS.
 *
 * @param servers a PostgreSQL that belongs to this test file alone
 * @param rules lines for the beginning of pg_hba.conf
 * @param clientAuthority signs the certificates of clients, PEM
 */
export const startTls = async (
  servers: Servers,
  { cert, key }: Certificate,
  rules: readonly string[],
  clientAuthority: string,
): Promise<void> => {
  const { pid } = servers.server('postgres')
  const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  const data = String(words[words.indexOf('-D') + 1])
  const { uid, gid } = await stat(data)
  for (const [name, text] of [
    ['server.crt', cert],
    ['server.key', key],
    ['root.crt', clientAuthority],
  ] as const) {
    const file = join(data, name)
    await writeFile(file, text, { mode: 0o600 })
    await chown(file, uid, gid)
  }
  await appendFile(join(data, 'postgresql.conf'), "\nssl = on\nssl_ca_file = 'root.crt'\n")
  const access = join(data, 'pg_hba.conf')
  await writeFile(access, `${rules.join('\n')}\n${readFileSync(access, 'utf8')}`)
  await servers.server('postgres').stop(10_000)
  await servers.startAgain('postgres')
}
