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
}

export type Account = Equation | NotCompared

export const isOpen = (account: Account): boolean => 'residue' in account && account.residue !== 0

export const accountText = (account: Account): string => {
  if ('notCompared' in account) return `-        ${account.equation}: not compared: ${account.notCompared}`
  const { equation, place, terms, residue } = account
  const verdict = residue === 0 ? 'ok' : residue > 0 ? 'missing' : 'too many'
  const numbers = Object.entries(terms).map(([name, number]) => `${number} ${name.replaceAll('_', ' ')}`)
  const list = numbers.length === 0 ? '' : ` (${numbers.join(', ')})`
  return `${verdict.padEnd(8)} ${equation}  ${place}: ${residue} unaccounted${list}`
}
