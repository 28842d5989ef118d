import { consumers } from '../../../consumers/index.ts'
import type { FoundData, Person, StoreReport } from '../../../consumers/personal-data/personal-data.ts'
import type { Environment } from '../../../lib/config.ts'
import { UsageError } from '../../../lib/errors.ts'
import type { JsonOption } from '../../options/json-option.ts'
import { bridgeStores } from './bridge-stores.ts'
import { type PersonOptions, personOf } from './person-of.ts'

export interface EraseOptions extends PersonOptions, JsonOption {
  reason: string
  dryRun?: true
}

/**
 * Erases a person from every store of the bridge, and prints what became of each.
 *
 * @throws UsageError if an option names nobody, if the reason names the person, or under a legal hold;
 * ConfigError
 */
export const erase = async (
  options: EraseOptions,
  env: Environment,
  print: (line: string) => void,
): Promise<void> => {
  const person = personOf(options)
  refuseNamingReason(options.reason, person)
  const workers = consumers.flatMap(({ name, personalData }) =>
    personalData === 'none' ? [] : [{ name, personalData }],
  )
  const printed = options.json ? JSON.stringify : lineOf
  if (options.dryRun) {
    for (const { name, personalData } of workers)
      for (const found of await personalData.find(person, env)) print(printed({ worker: name, ...found }))
    return
  }
  for (const { name, personalData } of workers) {
    // First what is erased: the report counts what is left.
    for (const report of await personalData.erase(person, options.reason, env))
      print(printed({ worker: name, ...report }))
    for (const report of await personalData.report(person, env)) print(printed({ worker: name, ...report }))
  }
  for (const report of bridgeStores(env, Date.now())) print(printed({ worker: null, ...report }))
}

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
