import { auditLog } from '../../../consumers/audit-log/audit-log.ts'
import { consumers } from '../../../consumers/index.ts'
import type { FoundData, Person, StoreReport } from '../../../consumers/personal-data/personal-data.ts'
import type { Environment } from '../../../lib/config.ts'
import { messageOf, UsageError } from '../../../lib/errors.ts'
import type { JsonOption } from '../../options/json-option.ts'
import { bridgeStores } from './bridge-stores.ts'
import { type PersonOptions, personOf } from './person-of.ts'

export interface EraseOptions extends PersonOptions, JsonOption {
  reason: string
  dryRun?: true
}

/**
 * Erases a person from every store of the bridge, and prints what became of each. The audit log comes first:
 * an error there ends the command. Stores that cannot be reached after it are reported.
 *
 * @returns the exit code: 0 if every store was reached
 * @throws UsageError if an option names nobody, if the reason names the person, or under a legal hold;
 * ConfigError
 */
export const erase = async (
  options: EraseOptions,
  env: Environment,
  print: (line: string) => void,
): Promise<0 | 1> => {
  const person = personOf(options)
  refuseNamingReason(options.reason, person)
  const workers = consumers.flatMap(({ name, personalData }) =>
    personalData === 'none' ? [] : [{ name, personalData }],
  )
  const printed = options.json ? JSON.stringify : lineOf
  let code: 0 | 1 = 0
  for (const { name, personalData } of workers) {
    const say = (found: StoreReport | FoundData) => print(printed({ worker: name, ...found }))
    try {
      if (options.dryRun) (await personalData.find(person, env)).forEach(say)
      else {
        // First what is erased: the report counts what is left.
        ;(await personalData.erase(person, options.reason, env)).forEach(say)
        ;(await personalData.report(person, env)).forEach(say)
      }
    } catch (error) {
      if (name === auditLog.name) throw error
      code = 1
      say(unreached(name, error))
    }
  }
  if (!options.dryRun)
    for (const report of bridgeStores(env, Date.now())) print(printed({ worker: null, ...report }))
  return code
}

const unreached = (worker: string, error: unknown): StoreReport => ({
  store: `the stores of ${worker}`,
  state: 'cannot',
  why: `they were not reached. If you use this worker, repair the cause and erase again: ${messageOf(error)}`,
})

type Printed = { worker: string | null } & (StoreReport | FoundData)

const lineOf = (printed: Printed): string => {
  if (!('state' in printed)) return `${printed.store}: ${printed.count} ${printed.what}`
  switch (printed.state) {
    case 'done':
      return `done: ${printed.store}: ${printed.what}`
    case 'expires':
      return `expires on ${printed.at.toISOString().slice(0, 10)}: ${printed.store}: ${printed.what}`
    case 'cannot':
      return `cannot: ${printed.store}: ${printed.why}`
  }
}

/** The reason stays in the log. */
const refuseNamingReason = (reason: string, { usernames, emails, names }: Person): void => {
  const text = reason.toLowerCase()
  if ([...usernames, ...emails, ...names].some((term) => text.includes(term.toLowerCase())))
    throw new UsageError(
      'The reason stays in the audit log, so it must not name the person: give the number of the request.',
    )
}
