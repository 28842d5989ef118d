import type { RecordOf } from '../../schemas/catalogue.ts'

/** Whether a merge request was a draft until this event, and is none any more. */
export const isMarkedReady = ({ action, changes }: RecordOf<'merge_request'>): boolean => {
  const { draft, title } = changes
  if (action !== 'update') return false
  if (draft !== undefined) return draft.previous === 'true' && draft.current === 'false'
  // An old GitLab names no change of `draft`: there it shows in the title alone.
  return title !== undefined && marksDraft(title.previous) && !marksDraft(title.current)
}

/** Whether a title, as JSON text, begins with a mark that GitLab takes for a draft. */
const marksDraft = (title: string | null): boolean =>
  /^"\s*(\[(draft|wip)\]|\((draft)\)|(draft|wip):)/i.test(title ?? '')
