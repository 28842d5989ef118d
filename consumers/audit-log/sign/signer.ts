import { messageOf, RetriableError } from '../../../lib/errors.ts'
import type { Logger } from '../../../lib/logger.ts'
import { type Anchor, ForkedError, type ProveFrom, type SignedCheckpoint } from '../anchors/anchor.ts'
import type { FileAnchor } from '../anchors/file-anchor.ts'
import { checkpointText } from '../note/checkpoint.ts'
import { keysBefore } from '../note/key-change.ts'
import { parseNote, signersOf, signNote } from '../note/signed-note.ts'
import type { SignerKey } from '../note/signer-key.ts'
import { readVerifierKey } from '../note/verifier-key.ts'
import type { StoredHead } from '../store/read-head.ts'
import { isExtension } from '../tree/check-proof.ts'
import { rootOf } from '../tree/compact-range.ts'
import { proveConsistency } from '../tree/prove.ts'
import type { ReadTile } from '../tree/subtree.ts'

export interface SignerOptions {
  key: SignerKey
  /** The anchor that the signer reads, too: the log must extend the checkpoint in it. */
  file: FileAnchor
  others: readonly Anchor[]
  readHead(): Promise<StoredHead>
  /** The statements of the log by which a key names the next one. */
  readKeyChanges(): Promise<string[]>
  /** Makes a reader of tiles for one checkpoint. */
  createTileReader(): ReadTile
  logger: Logger
}

/** How the newest attempt to anchor a checkpoint ended. */
export interface SignerState {
  /** Why nothing is signed: the log does not extend the newest anchored checkpoint. */
  forked: string | undefined
  /** The anchors that do not have the newest checkpoint yet, because they did not answer. */
  unavailable: readonly string[]
  /** How many leaves the newest checkpoint has that every anchor has stored. */
  anchoredSize: number
  /** When it was stored, in milliseconds since 1970; undefined before the first one of this process. */
  anchoredAt: number | undefined
}

export interface Signer {
  /**
   * Signs a checkpoint of the newest tree and stores it in every anchor that has not got it.
   * @throws RetriableError while the database or an anchor does not answer
   */
  sign(): Promise<void>
  state(): SignerState
}

/** Makes the signer of checkpoints. It never signs a tree that does not extend the newest anchored one. */
export const createSigner = (options: SignerOptions): Signer => {
  const { key, file, others, readHead, logger } = options
  const state = { forked: undefined, unavailable: [], anchoredSize: 0, anchoredAt: undefined } as SignerState
  const anchors: readonly Anchor[] = [
    ...others.filter(isWitness),
    file,
    ...others.filter((each) => !isWitness(each)),
  ]
  const storedSizes = new Map<Anchor, number>()

  const checkpointNow = async (): Promise<{ checkpoint: SignedCheckpoint; proveFrom: ProveFrom }> => {
    const anchored = await file.newest()
    const { origin, range } = await readHead()
    const head = { origin, size: range.size, root: rootOf(range) }
    const readTile = options.createTileReader()
    const proveFrom: ProveFrom = (oldSize) => proveConsistency(oldSize, head.size, readTile)
    if (anchored !== undefined) {
      await requireSigner(anchored, key, options.readKeyChanges)
      await requireExtension(anchored, head, proveFrom)
    }
    return { checkpoint: { ...head, note: signNote(checkpointText(head), [key]) }, proveFrom }
  }

  const storeIn = async (anchor: Anchor, checkpoint: SignedCheckpoint, proveFrom: ProveFrom) => {
    if (storedSizes.get(anchor) === checkpoint.size) return
    await anchor.store(checkpoint, proveFrom)
    storedSizes.set(anchor, checkpoint.size)
  }

  const sign = async () => {
    const { checkpoint, proveFrom } = await checkpointNow()
    const errors = new Map<Anchor, unknown>()
    for (const anchor of anchors)
      await storeIn(anchor, checkpoint, proveFrom).catch((error: unknown) => {
        if (error instanceof ForkedError) throw error
        errors.set(anchor, error)
      })
    Object.assign(state, { forked: undefined, unavailable: [...errors.keys()].map(({ name }) => name) })
    for (const error of errors.values()) throw new RetriableError(messageOf(error), { cause: error })
    Object.assign(state, { anchoredSize: checkpoint.size, anchoredAt: Date.now() })
  }

  return {
    state: () => state,
    sign: async () => {
      try {
        await sign()
      } catch (error) {
        if (!(error instanceof ForkedError)) throw error
        if (state.forked === undefined)
          logger.error('the audit log does not extend its newest checkpoint, so nothing is signed', {
            error: error.message,
          })
        Object.assign(state, { forked: error.message })
      }
    },
  }
}

const isWitness = (anchor: Anchor): boolean => anchor.isWitness === true

/** The key of the newest checkpoint is the configured one, or has named it in the log. */
const requireSigner = async (
  anchored: SignedCheckpoint,
  key: SignerKey,
  readKeyChanges: SignerOptions['readKeyChanges'],
): Promise<void> => {
  const note = parseNote(anchored.note)
  const own = readVerifierKey(key.verifierKey)
  if (signersOf(note, [own]).length > 0) return
  if (signersOf(note, keysBefore(own, await readKeyChanges())).length > 0) return
  throw new ForkedError(
    'the newest checkpoint was signed with another key than the one that is configured: ' +
      'configure that key, or let it name the new one with `bridge audit rotate-key`',
  )
}

const requireExtension = async (
  anchored: SignedCheckpoint,
  head: { origin: string; size: number; root: Buffer },
  proveFrom: ProveFrom,
): Promise<void> => {
  if (anchored.origin !== head.origin)
    throw new ForkedError(
      `the newest checkpoint belongs to the log ${anchored.origin}, not to ${head.origin}`,
    )
  if (anchored.size > head.size)
    throw new ForkedError(`the newest checkpoint has ${anchored.size} leaves, and the log has ${head.size}`)
  const proof = await proveFrom(anchored.size).catch((error: unknown) => {
    if (error instanceof RetriableError) throw error
    throw new ForkedError(`the tiles of the log are damaged: ${messageOf(error)}`)
  })
  if (!isExtension(anchored, head, proof))
    throw new ForkedError(`the first ${anchored.size} leaves are not those of the newest checkpoint`)
}
