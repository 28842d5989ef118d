import { UsageError } from '../../../lib/errors.ts'
import { isKeyName } from './key-name.ts'
import type { SignerKey } from './signer-key.ts'
import type { VerifierKey } from './verifier-key.ts'

/** A text with signatures below it. https://c2sp.org/signed-note */
export interface SignedNote {
  /** Ends with a newline. */
  text: string
  signatures: NoteSignature[]
}

export interface NoteSignature {
  name: string
  keyId: Buffer
  signature: Buffer
}

/** Signs a text that ends with a newline. Returns the note. */
export const signNote = (text: string, keys: readonly SignerKey[]): string => {
  const lines = keys.map((key) => lineOf({ ...key, signature: key.sign(Buffer.from(text)) }))
  return `${text}\n${lines.join('')}`
}

const lineOf = ({ name, keyId, signature }: NoteSignature): string =>
  `— ${name} ${Buffer.concat([keyId, signature]).toString('base64')}\n`

/**
 * Reads a note. The signatures are not checked.
 *
 * @throws UsageError if the text is no signed note
 */
export const parseNote = (note: string): SignedNote => {
  const split = note.lastIndexOf('\n\n')
  const lines = note.slice(split + 2).split('\n')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a note must not contain them.
  const hasControlCharacters = /[\0-\x09\x0b-\x1f]/.test(note)
  if (split < 0 || lines.pop() !== '' || lines.length === 0 || hasControlCharacters) throw noNote()
  return { text: note.slice(0, split + 1), signatures: lines.map(parseSignature) }
}

/** Reads a line such as `— name base64`. @throws UsageError */
export const parseSignature = (line: string): NoteSignature => {
  const [, name = '', base64 = ''] = /^— (\S+) ([A-Za-z0-9+/]+={0,2})$/u.exec(line) ?? []
  const bytes = Buffer.from(base64, 'base64')
  if (!isKeyName(name) || bytes.length < 5) throw noNote()
  return { name, keyId: bytes.subarray(0, 4), signature: bytes.subarray(4) }
}

const noNote = () =>
  new UsageError(
    'The text is no signed note: it needs a text, an empty line and signatures that begin with —.',
  )

/**
 * The keys that have signed the note. Signatures of other keys are ignored.
 *
 * @throws UsageError if a signature of one of the keys is not valid
 */
export const signersOf = ({ text, signatures }: SignedNote, keys: readonly VerifierKey[]): VerifierKey[] =>
  keys.filter((key) => {
    const own = signatures.find(({ name, keyId }) => name === key.name && keyId.equals(key.keyId))
    if (own !== undefined && !key.isValid(Buffer.from(text), own.signature))
      throw new UsageError(`The signature of ${key.name} under the note is not valid: the note was changed.`)
    return own !== undefined
  })
