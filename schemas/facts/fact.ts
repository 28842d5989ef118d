import type { FactBasis } from '../parts/fact_basis.generated.ts'

/**
 * Two deliveries are the same fact if family and fields
 * are equal and they come from the same GitLab instance.
 */
export interface Fact {
  /** Events of one family can report the same fact: a push, and a repository update with one change. */
  family: string
  /** `exact`: the fields identify one occurrence. `content`: the same fields can occur again. */
  basis: Exclude<FactBasis, 'delivery'>
  fields: readonly FactField[]
}

export type FactField = string | number | boolean | null

/**
 * Returns the fact that a record reports; null where nothing but the delivery identifies it.
 * A rule in doubt must keep two facts apart:
 * a reader can remove a duplicate, but it cannot recover a fact that was merged away.
 */
export type FactOf<Record> = (record: Record) => Fact | null

/** A fact whose fields identify one occurrence; null where one of the `needed` fields is unknown. */
export const exact = (
  family: string,
  needed: readonly FactField[],
  others: readonly FactField[] = [],
): Fact | null => (needed.includes(null) ? null : { family, basis: 'exact', fields: [...needed, ...others] })

/** A fact whose fields can occur again; null where one of the `needed` fields is unknown. */
export const content = (
  family: string,
  needed: readonly FactField[],
  others: readonly FactField[] = [],
): Fact | null =>
  needed.includes(null) ? null : { family, basis: 'content', fields: [...needed, ...others] }

/**
 * For events whose deliveries can look the same and be two facts: a failed log-in carries no time of its own.
 */
export const onlyDelivery = (): Fact | null => null

/** The changes as one text that does not depend on their order. */
export const textOfChanges = (
  changes: Readonly<Record<string, { previous: string | null; current: string | null }>>,
): string =>
  JSON.stringify(
    Object.entries(changes)
      .map(([name, { previous, current }]) => [name, previous, current])
      .sort(),
  )
