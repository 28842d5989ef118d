import { readFile } from 'node:fs/promises'
import { rotateKey as rotate } from '../../consumers/audit-log/epoch/rotate-key.ts'
import type { Environment } from '../../lib/config.ts'
import { messageOf, UsageError } from '../../lib/errors.ts'
import { withOwner } from './with-owner.ts'

export interface RotateKeyOptions {
  /** The file of the key that signs now, and that of the next one. */
  oldKey: string
  newKey: string
}

/**
 * Writes into the log that another key signs from now on, signed by the old one.
 *
 * @throws UsageError if a file is no key; ConfigError
 */
export const rotateKey = async (
  { oldKey, newKey }: RotateKeyOptions,
  env: Environment,
  print: (line: string) => void,
): Promise<void> => {
  const [oldText, newText] = await Promise.all([read(oldKey), read(newKey)])
  const { leaf, verifierKey } = await withOwner(env, (pool) => rotate(pool, oldText, newText))
  print(`Leaf ${leaf} of the log says, signed by the old key, that this key follows: ${verifierKey}`)
  print(`Now restart the worker with AUDIT_LOG_SIGNING_KEY_FILE=${newKey}, and then destroy the old key.`)
  print('Whoever verifies with the old verifier key can go on: verify follows the change.')
}

const read = (path: string): Promise<string> =>
  readFile(path, 'utf8').catch((error: unknown) => {
    throw new UsageError(`Cannot read ${path}: ${messageOf(error)}.`)
  })
