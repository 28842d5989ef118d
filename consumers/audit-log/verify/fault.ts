/**
 * What is wrong with a row.
 *
 * `edited`: a stored value or hash is not the one that was committed. `removed`: the tree has a leaf whose
 * row is gone. `inserted`: a row that no leaf of the tree names. `reordered`: the row is in the place of
 * another one. `erased`: values are gone, and no erasure says so. `returned`: the row has values again that
 * an erasure took.
 */
export type FaultKind = 'edited' | 'removed' | 'inserted' | 'reordered' | 'erased' | 'returned'

export interface Fault {
  kind: FaultKind
  /** The place in the tree; undefined for a row without one. */
  index: number | undefined
  /** What names the row for a reader: event, delivery, place in Kafka. */
  row: string
  /** What about the row is wrong. */
  detail: string
}
