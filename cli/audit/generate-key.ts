import { isKeyName } from '../../consumers/audit-log/note/key-name.ts'
import { generateSignerKey } from '../../consumers/audit-log/note/signer-key.ts'
import { UsageError } from '../../lib/errors.ts'

/** A new private key in the text form that the worker reads. @throws UsageError if the name cannot be one */
export const generateKey = (name: string): string => {
  if (!isKeyName(name))
    throw new UsageError(`"${name}" cannot name a key: it is empty, or has a space or a plus sign.`)
  return generateSignerKey(name)
}
