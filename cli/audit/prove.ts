import { keyChangesIn, openAnchor } from '../../consumers/audit-log/verify/open-anchor.ts'
import { proveGrowth, proveRow } from '../../consumers/audit-log/verify/prove-row.ts'
import { dataFolder, type Environment } from '../../lib/config.ts'
import { type AnchorOptions, withAuditLog } from './open-audit-log.ts'

export interface ProveOptions extends AnchorOptions {
  /** The file of an older checkpoint. */
  since?: string
}

/** The proof that a row is in the log, and with `since` the proof that the log only grew, as text. */
export const prove = (row: string, options: ProveOptions, env: Environment): Promise<string> =>
  withAuditLog(options, env, 2, async ({ pool, anchor }) => {
    const inclusion = await proveRow(pool, row, anchor.checkpoint)
    if (options.since === undefined) return inclusion
    const places = { BRIDGE_DATA_DIR: dataFolder().parse(env.BRIDGE_DATA_DIR || undefined) }
    const old = await openAnchor(
      { ...places, AUDIT_LOG_ANCHOR_FILE: undefined },
      { anchor: options.since, key: options.key },
      () => keyChangesIn(pool),
    )
    return `${inclusion}\n${await proveGrowth(pool, old.checkpoint, anchor.checkpoint)}`
  })
