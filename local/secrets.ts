import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAtomically } from '../lib/disk/write-atomically.ts'

const names = ['ingressToken', 'databaseSuperuser', 'databaseOwner', 'databaseRoles'] as const

/** The generated passwords and tokens of one data folder. Each may be part of a URL without encoding. */
export type Secrets = Readonly<Record<(typeof names)[number], string>>

/** Reads `secrets.json` of a data folder (mode 0600). Secrets that are missing are generated and stored. */
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
