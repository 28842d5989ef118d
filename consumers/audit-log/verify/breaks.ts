import { z } from 'zod'
import { sha256 } from '../tree/hashing.ts'
import type { Statement } from './statements.ts'

/** What the first leaf of an epoch says. Hashes are in base64. */
export const epochShape = z.object({
  old_origin: z.string(),
  old_size: z.int().min(0),
  /** The newest checkpoint of the old log, with its signatures. */
  old_checkpoint: z.string(),
  /** How many leaves both logs have in common, and the root over them. */
  common_size: z.int().min(0),
  common_root: z.base64(),
})

/** A place where the log continues under a new name, after the database was restored. */
export interface Break {
  /** The first leaf of the epoch. */
  leaf: number
  oldOrigin: string
  oldSize: number
  commonSize: number
  commonRoot: Buffer
  /** By which an auditor accepts the break, in hexadecimal. */
  digest: string
}

/** The breaks of a log. An epoch that cannot be read is a break from the first leaf on. */
export const breaksOf = (statements: readonly Statement[]): Break[] =>
  statements
    .filter(({ kind }) => kind === 'epoch')
    .map(({ index, content }) => {
      const said = parse(content)
      return {
        leaf: index,
        oldOrigin: said?.old_origin ?? 'unknown',
        oldSize: said?.old_size ?? 0,
        commonSize: said?.common_size ?? 0,
        commonRoot: Buffer.from(said?.common_root ?? '', 'base64'),
        digest: sha256(Buffer.from(content)).toString('hex'),
      }
    })

const parse = (content: string): z.output<typeof epochShape> | undefined => {
  try {
    return epochShape.parse(JSON.parse(content))
  } catch {
    return undefined
  }
}
