import { createHmac, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { dataFolder, secret } from '../../../lib/config.ts'
import { createFolder } from '../../../lib/disk/create-folder.ts'
import { createDurably } from '../../../lib/disk/write-durably.ts'

const minLength = 32

/** The variables that say where the key and the list of erased people are. */
export const erasureVariables = z.object({
  BRIDGE_DATA_DIR: dataFolder(),
  AUDIT_LOG_ERASURE_KEY: z
    .string()
    .trim()
    .min(minLength, 'must have at least 32 characters: openssl rand -base64 32 prints some')
    .optional()
    .describe(
      'Key of the digests by which the audit log knows erased people again: any 32 characters or more. ' +
        '`bridge audit erase` and the worker need the same one. Unset: it is generated once and kept in ' +
        'audit-log/erasure-key in BRIDGE_DATA_DIR.',
    )
    .meta(secret),
})

export type ErasureSettings = z.output<typeof erasureVariables>

/** Makes the digest of a text. Nobody without the key can find the text by guessing. */
export interface ErasureKey {
  /** Tells this key from others. */
  id: string
  /** @param kind so that an id and a text which look the same have other digests */
  digest(kind: 'id' | 'text', value: string): string
}

/** The folder of the key and of the list. */
export const erasureFolder = ({ BRIDGE_DATA_DIR }: Pick<ErasureSettings, 'BRIDGE_DATA_DIR'>): string =>
  join(BRIDGE_DATA_DIR, 'audit-log')

/**
 * The configured key, or the one in the folder, which is generated when it is needed first.
 *
 * @throws Error if the file has no key, with which everybody could find the erased by guessing
 */
export const openErasureKey = async (settings: ErasureSettings): Promise<ErasureKey> => {
  if (settings.AUDIT_LOG_ERASURE_KEY !== undefined) return createErasureKey(settings.AUDIT_LOG_ERASURE_KEY)
  const folder = erasureFolder(settings)
  await createFolder(folder, 0o700)
  const path = join(folder, 'erasure-key')
  await createDurably(path, `${randomBytes(32).toString('base64')}\n`)
  const text = (await readFile(path, 'utf8')).trim()
  if (text.length < minLength)
    throw new Error(`${path} is damaged: it has ${text.length} characters. Bring it back from a backup.`)
  return createErasureKey(text)
}

export const createErasureKey = (secretText: string): ErasureKey => {
  const hmac = (text: string) => createHmac('sha256', secretText).update(text).digest('base64')
  return {
    id: hmac('key').slice(0, 12),
    digest: (kind, value) => hmac(`${kind}\0${value}`),
  }
}
