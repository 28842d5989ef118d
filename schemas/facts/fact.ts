import type { FactBasis } from '../parts/fact_basis.generated.ts'

/** What makes two deliveries one fact: equal family and fields, on one GitLab instance. */
export interface Fact {
  /** Events of one family tell the same facts: a push, and the change of a repository update. */
  family: string
  /** `exact`: the fields name one occurrence. `content`: the same fields can recur. */
  basis: Exclude<FactBasis, 'delivery'>
  fields: readonly FactField[]
}

export type FactField = string | number | boolean | null

/** Finds the fact a record tells; null where only the delivery itself can say. When in doubt, split: a split duplicates, a merge loses. */
export type FactOf<Record> = (record: Record) => Fact | null

/** A fact whose fields name one occurrence; null where one of `needed` is unknown, since without it they would not. */
export const exact = (
  family: string,
  needed: readonly FactField[],
  others: readonly FactField[] = [],
): Fact | null => (needed.includes(null) ? null : { family, basis: 'exact', fields: [...needed, ...others] })

/** A fact whose fields can recur; null where one of `needed` is unknown. */
export const content = (
  family: string,
  needed: readonly FactField[],
  others: readonly FactField[] = [],
): Fact | null =>
  needed.includes(null) ? null : { family, basis: 'content', fields: [...needed, ...others] }

/** Two deliveries may look the same and be two facts: two failed log-ins carry the times of the user, not their own. */
export const onlyDelivery = (): Fact | null => null

/** Changes as one text, whatever the order of their names. */
export const textOfChanges = (
  changes: Readonly<Record<string, { previous: string | null; current: string | null }>>,
): string =>
  JSON.stringify(
    Object.entries(changes)
      .map(([name, { previous, current }]) => [name, previous, current])
      .sort(),
  )
