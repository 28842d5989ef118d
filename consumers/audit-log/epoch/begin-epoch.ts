import type { Pool } from '../../../lib/database.ts'
import { UsageError } from '../../../lib/errors.ts'
import type { SignedCheckpoint } from '../anchors/anchor.ts'
import { createFileAnchor } from '../anchors/file-anchor.ts'
import { readHead } from '../store/read-head.ts'
import { rootOf } from '../tree/compact-range.ts'
import { emptyRoot } from '../tree/hashing.ts'
import { breaksOf } from '../verify/breaks.ts'
import { readStatements } from '../verify/statements.ts'
import { doesExtend } from './does-extend.ts'

/** A new epoch of the log. */
export interface Epoch {
  /** The name of the log from now on. */
  origin: string
  oldOrigin: string
  oldSize: number
  /** How many leaves are proven to be those of the old log. */
  commonSize: number
  /** By which `bridge audit verify` accepts the break. */
  digest: string
  /** Where the newest checkpoint of the old log was put. */
  oldCheckpointPath: string
}

/**
 * Begins a new epoch after the database was restored from a backup, so that the signer signs again. The log
 * then says for ever that it was rebuilt, and from where on.
 *
 * @param pool with the role that owns the tables
 * @param path the file with the newest checkpoint of the old log
 * @throws UsageError if there is no checkpoint, or if the log extends it
 */
export const beginEpoch = async (pool: Pool, path: string): Promise<Epoch> => {
  const file = createFileAnchor(path)
  const anchored = await file.newest()
  if (anchored === undefined)
    throw new UsageError(`${path} does not exist: without a checkpoint nothing says that leaves were lost.`)
  const known = await findEpoch(pool, anchored)
  // An earlier call may have ended before it could put the file aside.
  const epoch = known ?? (await appendEpoch(pool, anchored, await file.history()))
  return { ...epoch, oldCheckpointPath: await file.setAside() }
}

type StoredEpoch = Omit<Epoch, 'oldCheckpointPath'>

const findEpoch = async (pool: Pool, anchored: SignedCheckpoint): Promise<StoredEpoch | undefined> => {
  const breaks = breaksOf(await readStatements(pool, 'epoch'))
  const found = breaks.find(
    ({ oldOrigin, oldSize }) => oldOrigin === anchored.origin && oldSize === anchored.size,
  )
  return found && { ...found, origin: (await readHead(pool)).origin }
}

const appendEpoch = async (
  pool: Pool,
  anchored: SignedCheckpoint,
  history: readonly SignedCheckpoint[],
): Promise<StoredEpoch> => {
  const { origin, range } = await readHead(pool)
  if (anchored.origin !== origin)
    throw new UsageError(
      `The database has the log ${origin}, and the checkpoint is of ${anchored.origin}: ` +
        'it is another log, not an older state of this one. Name the right file in AUDIT_LOG_ANCHOR_FILE.',
    )
  const head = { size: range.size, root: rootOf(range) }
  const isOf = (old: SignedCheckpoint) => doesExtend(pool, old, head)
  if (await isOf(anchored))
    throw new UsageError(
      'The log extends its newest checkpoint: nothing was lost, and no new epoch is needed.',
    )
  const common = await newestOf(
    history.filter((each) => each.origin === origin),
    isOf,
  )
  const content = JSON.stringify({
    old_origin: origin,
    old_size: anchored.size,
    old_checkpoint: anchored.note,
    common_size: common?.size ?? 0,
    common_root: (common?.root ?? emptyRoot).toString('base64'),
  })
  const { rows } = await pool.query<{ origin: string; leaf: string }>(
    'select origin, leaf from audit_log.begin_epoch($1)',
    [content],
  )
  const begun = breaksOf(await readStatements(pool, 'epoch')).find(
    ({ leaf }) => leaf === Number(rows[0]?.leaf),
  )
  if (begun === undefined) throw new Error('audit_log.begin_epoch did not store its statement')
  return { ...begun, origin: rows[0]?.origin ?? '' }
}

/** The largest of these checkpoints of which the log is an extension. */
const newestOf = async (
  checkpoints: readonly SignedCheckpoint[],
  isOf: (checkpoint: SignedCheckpoint) => Promise<boolean>,
): Promise<SignedCheckpoint | undefined> => {
  for (const checkpoint of checkpoints.toSorted((one, other) => other.size - one.size))
    if (await isOf(checkpoint)) return checkpoint
  return undefined
}
