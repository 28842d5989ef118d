/**
 * Why changes wait for a person.
 *
 * | cause | means |
 * | --- | --- |
 * | `propose` | the mode is `propose`: every change waits |
 * | `mapping_changed` | the mapping is another one than at the last reconciliation |
 * | `group_removals` | too many removals from one group |
 * | `total_removals` | too many removals over all |
 * | `additions` | too many additions |
 * | `reconcile` | a reconciliation would pass a limit, so that nothing of it is done |
 * | `nothing_found` | a reconciliation found no groups or no people |
 * | `undone` | a person has undone this change, and events ask for it again |
 * | `undo` | an undo would pass a limit |
 */
export const holdCauses = [
  'propose',
  'mapping_changed',
  'group_removals',
  'total_removals',
  'additions',
  'reconcile',
  'nothing_found',
  'undone',
  'undo',
] as const

export type HoldCause = (typeof holdCauses)[number]

/** `scope` is the entry whose removals are held, and otherwise an empty text. */
export interface HoldRef {
  cause: HoldCause
  scope: string
}

export const holdKeyOf = ({ cause, scope }: HoldRef): string => `${cause} ${scope}`
