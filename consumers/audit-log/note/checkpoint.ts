import { UsageError } from '../../../lib/errors.ts'
import type { TreeHead } from '../tree/check-proof.ts'
import { hashSize } from '../tree/hashing.ts'

/** What a log says about its tree. `origin` names the log. https://c2sp.org/tlog-checkpoint */
export interface Checkpoint extends TreeHead {
  origin: string
}

/** The text of a checkpoint, which is signed as a note. */
export const checkpointText = ({ origin, size, root }: Checkpoint): string =>
  `${origin}\n${size}\n${root.toString('base64')}\n`

/**
 * Reads the text of a checkpoint. Lines behind the third one are ignored.
 *
 * @throws UsageError if the text is no checkpoint
 */
export const parseCheckpoint = (text: string): Checkpoint => {
  const [origin = '', sizeText = '', rootText = ''] = text.split('\n')
  const root = Buffer.from(rootText, 'base64')
  const isCanonical = root.length === hashSize && root.toString('base64') === rootText
  const size = Number(sizeText)
  if (origin === '' || !/^(0|[1-9]\d*)$/.test(sizeText) || !Number.isSafeInteger(size) || !isCanonical)
    throw new UsageError(
      'The text is no checkpoint: it needs the lines origin, size and root hash in base64.',
    )
  return { origin, size, root }
}
