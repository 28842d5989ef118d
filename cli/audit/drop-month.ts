import { dropMonth as drop } from '../../consumers/audit-log/epoch/drop-month.ts'
import {
  anchorPlaceVariables,
  keyChangesIn,
  openAnchor,
} from '../../consumers/audit-log/verify/open-anchor.ts'
import { type Environment, readVariables } from '../../lib/config.ts'
import type { AnchorOptions } from './open-audit-log.ts'
import { withOwner } from './with-owner.ts'

/**
 * Drops the rows of a month, and prints what the log says about it.
 *
 * @throws UsageError if the month is not anchored or has not ended, or under a legal hold; ConfigError
 */
export const dropMonth = async (
  month: string,
  options: AnchorOptions,
  env: Environment,
  print: (line: string) => void,
): Promise<void> => {
  const places = readVariables(anchorPlaceVariables, env)
  const { dropped, leaf } = await withOwner(env, async (pool) => {
    const { checkpoint } = await openAnchor(places, options, () => keyChangesIn(pool))
    return await drop(pool, month, checkpoint)
  })
  print(`${dropped} rows of ${month} were dropped; leaf ${leaf} of the log says so, and their hashes stay.`)
}
