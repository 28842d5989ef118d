import type { Consumer } from '../../consumers/consumer.ts'
import type { Environment } from '../../lib/config.ts'
import { databaseVariableOf } from '../../lib/database-variable.ts'
import { ConfigError, RefusedSettingError, SettingsError } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import { cannotStart } from '../../lib/settings-sentence.ts'

/** Names every missing or wrong setting of a worker in one sentence. Returns other errors as they are. */
export const inOneSentence = (worker: string, error: unknown): unknown => {
  const isOfSettings = error instanceof ConfigError && !(error instanceof RefusedSettingError)
  return isOfSettings ? new SettingsError(cannotStart(worker, error.faults)) : error
}

/** A worker without a database role of its own uses that of DATABASE_URL, which owns the tables. */
export const warnOfSharedRole = (
  { name, database }: Pick<Consumer, 'name' | 'database'>,
  env: Environment,
  logger: Logger,
): void => {
  const variable = databaseVariableOf(name)
  const isSet = (each: string) => Boolean(env[each] || env[`${each}_FILE`])
  if (database === undefined || isSet(variable) || !isSet('DATABASE_URL')) return
  logger.warn(
    'the worker uses the role of DATABASE_URL, which may do more than the worker needs: ' +
      `set ${variable} to a role of its own, which \`bridge setup\` then makes`,
  )
}
