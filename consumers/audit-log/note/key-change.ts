import { z } from 'zod'
import type { SignerKey } from './signer-key.ts'
import { readVerifierKey, type VerifierKey } from './verifier-key.ts'

const shape = z.object({ origin: z.string(), old: z.string(), new: z.string(), signature: z.base64() })

/** A key in its text form, by which the old key says that the new one signs from now on. */
const changeText = (origin: string, oldKey: string, newKey: string): Buffer =>
  Buffer.from(`gitlab-kafka-bridge/key-change/v1\n${origin}\n${oldKey}\n${newKey}\n`)

/**
 * The content of the statement that another key signs from now on, signed by the old one.
 *
 * @param origin the name of the log
 * @param newKey the new verifier key, as text
 */
export const signKeyChange = (origin: string, oldKey: SignerKey, newKey: string): string =>
  JSON.stringify({
    origin,
    old: oldKey.verifierKey,
    new: newKey,
    signature: oldKey.sign(changeText(origin, oldKey.verifierKey, newKey)).toString('base64'),
  })

interface KeyChange {
  old: VerifierKey
  new: VerifierKey
}

/** The changes whose signature is valid. Anything else says nothing. */
const readChanges = (contents: readonly string[]): KeyChange[] =>
  contents.flatMap((content) => {
    try {
      const said = shape.parse(JSON.parse(content))
      const [oldKey, newKey] = [readVerifierKey(said.old), readVerifierKey(said.new)]
      const isSigned = oldKey.isValid(
        changeText(said.origin, said.old, said.new),
        Buffer.from(said.signature, 'base64'),
      )
      return isSigned ? [{ old: oldKey, new: newKey }] : []
    } catch {
      return []
    }
  })

/** A key and all keys that follow it by signed changes. */
export const keysAfter = (key: VerifierKey, contents: readonly string[]): VerifierKey[] =>
  follow(key, readChanges(contents), 'old', 'new')

/** A key and all keys before it that signed the changes to it. */
export const keysBefore = (key: VerifierKey, contents: readonly string[]): VerifierKey[] =>
  follow(key, readChanges(contents), 'new', 'old')

const follow = (
  key: VerifierKey,
  changes: readonly KeyChange[],
  from: keyof KeyChange,
  to: keyof KeyChange,
): VerifierKey[] => {
  const keys = [key]
  // The list grows while it is read.
  for (const each of keys)
    for (const change of changes)
      if (isSame(change[from], each) && !keys.some((known) => isSame(known, change[to])))
        keys.push(change[to])
  return keys
}

/** The id is only four bytes, so the whole keys are compared. */
const isSame = (one: VerifierKey, other: VerifierKey): boolean => one.text === other.text
