import type { Statement } from './statements.ts'

/** How many statements of each kind excuse that something is missing from the log, or was changed. */
export interface Said {
  erasures: number
  droppedMonths: number
  keyChanges: number
  epochs: number
}

export const countSaid = (statements: readonly Pick<Statement, 'kind'>[]): Said => {
  const count = (wanted: Statement['kind']) => statements.filter(({ kind }) => kind === wanted).length
  return {
    erasures: count('erasure'),
    droppedMonths: count('dropped_month'),
    keyChanges: count('key_change'),
    epochs: count('epoch'),
  }
}
