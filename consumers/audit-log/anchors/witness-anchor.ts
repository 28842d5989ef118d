import { RetriableError } from '../../../lib/errors.ts'
import { parseNote, parseSignature, signersOf } from '../note/signed-note.ts'
import type { VerifierKey } from '../note/verifier-key.ts'
import { type Anchor, ForkedError, type ProveFrom, type SignedCheckpoint } from './anchor.ts'
import { post } from './post.ts'

/**
 * Lets a witness check that the log only grows. The witness signs a checkpoint only if it extends the one
 * that it signed before. https://c2sp.org/tlog-witness
 *
 * @param url the submission prefix of the witness
 */
export const createWitnessAnchor = (url: string, key: VerifierKey): Anchor => {
  let knownSize = 0
  const submit = async (checkpoint: SignedCheckpoint, proveFrom: ProveFrom) => {
    const proof = await proveFrom(knownSize)
    const lines = proof.map((hash) => `${hash.toString('base64')}\n`).join('')
    const target = `${url.replace(/\/$/, '')}/add-checkpoint`
    return await post(target, `old ${knownSize}\n${lines}\n${checkpoint.note}`)
  }
  return {
    name: key.name,
    isWitness: true,
    store: async (checkpoint, proveFrom) => {
      let answer = await submit(checkpoint, proveFrom)
      if (answer.status === 409) {
        knownSize = sizeIn(answer.text, key.name)
        if (knownSize > checkpoint.size)
          throw new ForkedError(
            `the witness ${key.name} has seen ${knownSize} leaves, and the log has ${checkpoint.size}`,
          )
        answer = await submit(checkpoint, proveFrom)
      }
      if (answer.status === 409 || answer.status === 422)
        throw new ForkedError(`the log does not extend what the witness ${key.name} has seen`)
      if (answer.status !== 200)
        throw new RetriableError(`the witness ${key.name} refused a checkpoint with status ${answer.status}`)
      requireCosignature(checkpoint, answer.text, key)
      knownSize = checkpoint.size
    },
  }
}

const sizeIn = (text: string, name: string): number => {
  if (!/^\d{1,15}\n?$/.test(text))
    throw new RetriableError(`the witness ${name} did not say which size it knows`)
  return Number(text)
}

const requireCosignature = ({ note }: SignedCheckpoint, answer: string, key: VerifierKey): void => {
  const { text } = parseNote(note)
  const signatures = answer.split('\n').filter(Boolean).map(parseSignature)
  if (signersOf({ text, signatures }, [key]).length === 0)
    throw new RetriableError(`the witness ${key.name} did not sign with the key that is configured`)
}
