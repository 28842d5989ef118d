import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAtomically } from '../lib/disk/write-atomically.ts'

const names = ['ingressToken', 'databaseSuperuser', 'databaseOwner', 'auditLogRole'] as const

/** Passwords and tokens of one data folder, safe in a URL. */
export type Secrets = Readonly<Record<(typeof names)[number], string>>

/** Reads `secrets.json` of a data folder (mode 0600), generating what is missing once and for all. */
export const openSecrets = async (dataDir: string): Promise<Secrets> => {
  const path = join(dataDir, 'secrets.json')
  const text = await readFile(path, 'utf8').catch(() => '{}')
  const known = JSON.parse(text) as Partial<Secrets>
  const secrets = Object.fromEntries(
    names.map((name) => [name, known[name] ?? randomBytes(24).toString('base64url')]),
  ) as Secrets
  if (names.some((name) => known[name] === undefined))
    await writeAtomically(path, `${JSON.stringify(secrets, null, 2)}\n`)
  return secrets
}
