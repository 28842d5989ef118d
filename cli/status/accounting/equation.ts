/** Numbers that must add up. */
export interface Equation {
  /** What is compared: a stage of a process, the audit log, or an outbox. */
  equation: string
  /** The process, the partition or the destination. */
  place: string
  /** The numbers of the equation. A residue that a process has computed itself comes without them. */
  terms: Readonly<Record<string, number>>
  /** What is missing: 0 where everything is accounted for. */
  residue: number
}

/** Something that could not be compared, and why. */
export interface NotCompared {
  equation: string
  notCompared: string
  /** Set where the environment does not name it: that may be intended. */
  isUnused?: true
}

export type Account = Equation | NotCompared

const isOpen = (account: Account): boolean => 'residue' in account && account.residue !== 0

const isUnknown = (account: Account): boolean => 'notCompared' in account && account.isUnused !== true

/** 1 if something is missing or too much, 2 if something else could not be compared, 0 if all is well. */
export type AccountingCode = 0 | 1 | 2

export const codeOf = (accounts: readonly Account[]): AccountingCode => {
  if (accounts.some(isOpen)) return 1
  return accounts.some(isUnknown) ? 2 : 0
}

/** What does not add up comes first, then what could not be compared. */
export const inOrder = (accounts: readonly Account[]): Account[] => {
  const rank = (account: Account) => (isOpen(account) ? 0 : 'notCompared' in account ? 1 : 2)
  return accounts.toSorted((one, other) => rank(one) - rank(other))
}

export const accountText = (account: Account): string => {
  if ('notCompared' in account) return `-        ${account.equation}: not compared: ${account.notCompared}`
  const { equation, place, terms, residue } = account
  const verdict = residue === 0 ? 'ok' : residue > 0 ? 'missing' : 'too many'
  const numbers = Object.entries(terms).map(([name, number]) => `${number} ${name.replaceAll('_', ' ')}`)
  const list = numbers.length === 0 ? '' : ` (${numbers.join(', ')})`
  return `${verdict.padEnd(8)} ${equation}  ${place}: ${residue} unaccounted${list}`
}
