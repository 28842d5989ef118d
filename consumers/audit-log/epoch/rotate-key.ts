import type { Pool } from '../../../lib/database.ts'
import { UsageError } from '../../../lib/errors.ts'
import { leafKinds } from '../leaf/leaf-kind.ts'
import { signKeyChange } from '../note/key-change.ts'
import { readSignerKey } from '../note/signer-key.ts'
import { readHead } from '../store/read-head.ts'

/**
 * Lets the old signing key name the new one in the log.
 *
 * @param pool with the role that owns the tables
 * @param oldKey the private key that signs now, as text
 * @param newKey the private key that signs from now on, as text
 * @returns the leaf that says so, and the new verifier key
 * @throws UsageError if a text is no key, or if both are the same
 */
export const rotateKey = async (
  pool: Pool,
  oldKey: string,
  newKey: string,
): Promise<{ leaf: number; verifierKey: string }> => {
  const [old, { verifierKey }] = [readSignerKey(oldKey), readSignerKey(newKey)]
  if (old.verifierKey === verifierKey) throw new UsageError('The old and the new key are the same.')
  const { origin } = await readHead(pool)
  const { rows } = await pool.query<{ leaf: string }>('select audit_log.add_statement($1, $2) as leaf', [
    leafKinds.key_change,
    signKeyChange(origin, old, verifierKey),
  ])
  return { leaf: Number(rows[0]?.leaf), verifierKey }
}
