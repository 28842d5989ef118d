import type { RecordOf } from '../../schemas/catalogue.ts'

/** What happened to a merge request, in the word of the comment. */
export type Change = 'opened' | 'marked as ready' | 'merged' | 'closed' | 'reopened'

const changes: ReadonlyMap<string | null, Change> = new Map([
  ['open', 'opened'],
  ['merge', 'merged'],
  ['close', 'closed'],
  ['reopen', 'reopened'],
])

/** What happened to the merge request of a record; undefined if it leads to no comment. */
export const changeOf = ({ action, changes: changed }: RecordOf<'merge_request'>): Change | undefined =>
  action === 'update' && isNowReady(changed) ? 'marked as ready' : changes.get(action)

/** An old GitLab names no change of `draft`: there it shows in the title alone. */
const isNowReady = ({ draft, title }: RecordOf<'merge_request'>['changes']): boolean => {
  if (draft !== undefined) return draft.previous === 'true' && draft.current === 'false'
  return title !== undefined && saysDraft(title.previous) && !saysDraft(title.current)
}

/** Whether a title, as JSON text, begins with a mark that GitLab takes for a draft. */
const saysDraft = (title: string | null): boolean =>
  /^"\s*(\[(draft|wip)\]|\((draft)\)|(draft|wip):)/i.test(title ?? '')
