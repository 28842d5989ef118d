import type { ConfigFault } from './errors.ts'

/** The problem of a required variable that has no value. */
export const notSet = 'is not set'

/**
 * What a process waits for, to complete the sentence `<name> waits for`: `CHAT_URL and CHAT_TOKEN`. After a
 * variable that has a wrong value comes what is wrong.
 */
export const waitedFor = (faults: readonly ConfigFault[]): string =>
  listed(
    faults.map(({ variable, problem, alternative }) => {
      if (problem !== notSet) return `${variable} (which ${problem})`
      return alternative === undefined ? variable : `${variable} or ${alternative}`
    }),
  )

/** Why a process cannot start, in one sentence that names every variable at fault. */
export const cannotStart = (name: string, faults: readonly ConfigFault[]): string => {
  const unset = faults
    .filter(({ problem, alternative }) => problem === notSet && alternative === undefined)
    .map(({ variable }) => variable)
  const others = faults.filter(({ variable }) => !unset.includes(variable))
  const reasons = [
    ...(unset.length === 0 ? [] : [`${listed(unset)} ${unset.length === 1 ? 'is' : 'are'} not set`]),
    ...others.map(({ variable, problem, alternative }) =>
      problem === notSet ? `neither ${variable} nor ${alternative} is set` : `${variable} ${problem}`,
    ),
  ]
  return `${name} cannot start, because ${listed(reasons)}.`
}

/** `a`, `a and b`, or `a, b and c`. */
const listed = (items: readonly string[]): string =>
  [items.slice(0, -1).join(', '), ...items.slice(-1)].filter((part) => part !== '').join(' and ')
