import { classify, guessEvent } from '../../ingress/record/classify.ts'
import { isLargeBody } from '../../ingress/record/large-body.ts'
import { idsInDamage, type JudgedStretch } from '../../ingress/spool/inspect-files.ts'

export interface SpoolRow {
  /** File and offset. A file whose name starts with `<topic>@` holds hooks that wait only for this topic. */
  place: string
  /**
   * `drained`: the hook has been published, but its segment is still on disk. `torn`: the hook was being
   * written when the process died, and was not acknowledged. `corrupt`: the bytes are not those that were
   * written. `missing`: acknowledged hooks are not in the file any more. `unreadable`: the disk does not
   * return the file.
   */
  state: 'waiting' | 'drained' | 'torn' | 'corrupt' | 'missing' | 'unreadable' | 'set aside'
  bytes: number
  id?: string
  source?: string
  received_at?: string
  event?: string | null
  /** How many hooks were lost at this place. */
  hooks?: number
  /** The ids that can still be read in a corrupt place. They may be damaged, too. */
  ids?: readonly string[]
}

/** One row as a line of text. */
export const rowText = ({
  place,
  state,
  id,
  ids,
  source,
  received_at,
  event,
  bytes,
  hooks,
}: SpoolRow): string =>
  [
    received_at ?? '-',
    `${state.padEnd(9)} ${event ?? '-'}`,
    source ?? '-',
    id ?? ids?.join(',') ?? '-',
    `${bytes} bytes`,
    ...(hooks === undefined ? [] : [`${hooks} ${hooks === 1 ? 'hook' : 'hooks'} lost`]),
    place,
  ].join('  ')

/**
 * @param stretch of the content
 * @param hookState the state of the row if the stretch is a hook
 */
export const rowOf = (
  file: string,
  stretch: JudgedStretch,
  content: Buffer,
  hookState: 'waiting' | 'drained' | 'set aside',
): SpoolRow => {
  const { kind, start, end } = stretch
  const at = { place: `${file}@${start}`, bytes: end - start }
  if (kind === 'torn') return { ...at, state: kind }
  if (kind !== 'hook') {
    const ids = idsInDamage(content.subarray(start, end))
    return { ...at, state: kind, hooks: stretch.hooks, ...(ids.length > 0 && { ids }) }
  }
  const { id, source, receivedAt, body } = stretch.hook
  const { name } = isLargeBody(body) ? guessEvent(stretch.hook) : classify(stretch.hook)
  return {
    ...at,
    state: hookState,
    id,
    source,
    received_at: new Date(receivedAt).toISOString(),
    event: name,
  }
}
