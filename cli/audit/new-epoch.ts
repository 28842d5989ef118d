import { beginEpoch } from '../../consumers/audit-log/epoch/begin-epoch.ts'
import { anchorPathOf } from '../../consumers/audit-log/verify/open-anchor.ts'
import type { Environment } from '../../lib/config.ts'
import { reapply } from './erase/reapply.ts'
import { withOwner } from './with-owner.ts'

/**
 * Begins a new epoch of the audit log after its database was restored, and prints what the log says about it.
 * Erasures from after the backup are applied again.
 *
 * @throws UsageError if nothing was lost; ConfigError
 */
export const newEpoch = async (env: Environment, print: (line: string) => void): Promise<void> => {
  const epoch = await withOwner(env, (pool) => beginEpoch(pool, anchorPathOf(env)))
  print(`The log continues as ${epoch.origin}.`)
  print(
    `The log ${epoch.oldOrigin} had ${epoch.oldSize} leaves; ` +
      `${epoch.commonSize} of them are proven to be here.`,
  )
  print(`Its newest checkpoint was moved to ${epoch.oldCheckpointPath}. Keep it as evidence.`)
  print(`An auditor accepts this break with: bridge audit verify --accept ${epoch.digest}`)
  // The backup may be older than erasures.
  const reapplied = await reapply(env)
  if (reapplied !== undefined) print(reapplied)
}
