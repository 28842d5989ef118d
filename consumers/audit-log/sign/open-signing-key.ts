import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createFolder } from '../../../lib/disk/create-folder.ts'
import { createDurably } from '../../../lib/disk/write-durably.ts'
import type { Logger } from '../../../lib/logger.ts'
import { generateSignerKey, readSignerKey, type SignerKey } from '../note/signer-key.ts'

/**
 * The key that signs checkpoints. Without a configured one, a key is generated once and kept in the folder.
 *
 * @param origin the name of the log, which becomes the name of a generated key
 * @throws UsageError if the text or the file is no key
 */
export const openSigningKey = async (
  configured: string | undefined,
  folder: string,
  origin: string,
  logger: Logger,
): Promise<SignerKey> => {
  await createFolder(folder, 0o700)
  const key = readSignerKey(configured ?? (await readOrGenerate(join(folder, 'signing-key'), origin, logger)))
  // `bridge audit verify` reads it. The key is public.
  await writeFile(join(folder, 'verifier-key'), `${key.verifierKey}\n`)
  return key
}

const readOrGenerate = async (path: string, origin: string, logger: Logger): Promise<string> => {
  const text = `${generateSignerKey(origin)}\n`
  if ((await createDurably(path, text)) === 'exists') return await readFile(path, 'utf8')
  logger.warn('a signing key was generated, because AUDIT_LOG_SIGNING_KEY_FILE is not set', {
    path,
    consequence: 'whoever controls this machine can sign a changed audit log',
  })
  return text
}
