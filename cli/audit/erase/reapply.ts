import { erasureVariables } from '../../../consumers/audit-log/erase/erasure-key.ts'
import { reapplyErasures } from '../../../consumers/audit-log/erase/reapply-erasures.ts'
import { type Environment, readVariables } from '../../../lib/config.ts'
import { withOwner } from '../with-owner.ts'

/**
 * Applies all erasures again after the database was restored from a backup.
 *
 * @returns what was done, in one sentence; undefined if no erasure is known
 * @throws UsageError under a legal hold; ConfigError
 */
export const reapply = async (env: Environment): Promise<string | undefined> => {
  const settings = readVariables(erasureVariables, env)
  const { erasures, own, mentions, leaf } = await withOwner(env, (pool) => reapplyErasures(pool, settings))
  if (erasures === 0) return undefined
  return leaf === undefined
    ? `Erasures: ${erasures} are known, and no row has values that one of them took.`
    : `Erasures: ${erasures} are known; ${own} rows lost identity, content and body again, and ${mentions} ` +
        `rows that mention an erased person lost content and body; leaf ${leaf} of the log says so.`
}
