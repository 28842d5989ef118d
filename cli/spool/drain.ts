import { type DrainedSpool, drainSpool } from '../../ingress/parts/drain-spool.ts'
import { spoolFolderOf } from '../../ingress/spool/spool-place.ts'
import { type Environment, readVariables } from '../../lib/config.ts'
import { createLogger } from '../../lib/logger.ts'
import { filesOf, noSpool } from './spool-files.ts'
import { spoolPlaceVariables } from './spool-place-variables.ts'

/**
 * Publishes the hooks of a spool whose ingress will not run again.
 *
 * @throws UsageError if there is no spool, so that a wrong folder is not mistaken for an empty spool
 */
export const drainUnusedSpool = async (env: Environment, limitMs: number): Promise<DrainedSpool> => {
  const folder = spoolFolderOf(readVariables(spoolPlaceVariables, env))
  if ((await filesOf(folder)) === undefined) throw noSpool(folder)
  return drainSpool(env, createLogger('spool', env), limitMs)
}

/** Whether nothing in the folder is needed any more. */
export const isDone = ({ waiting, setAside }: DrainedSpool): boolean => waiting + setAside === 0

/** The result in one line for people. */
export const drainedText = ({ published, waiting, setAside, problem }: DrainedSpool): string =>
  [
    `${published} published, ${waiting} still waiting, ${setAside} set aside.`,
    ...(waiting > 0 && problem !== undefined ? [problem] : []),
    ...(waiting > 0 ? ['Repair Kafka and run this command again.'] : []),
    ...(setAside > 0
      ? ['`bridge spool inspect` lists what was set aside; `bridge spool publish` tries it.']
      : []),
    ...(waiting + setAside === 0 ? ['The folder is not needed any more.'] : []),
  ].join(' ')
