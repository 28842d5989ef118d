import type { RecordOf } from '../../schemas/catalogue.ts'
import { isMarkedReady } from '../event-text/is-marked-ready.ts'

/** What happened to a merge request, in the word of the comment. */
export type Change = 'opened' | 'marked as ready' | 'merged' | 'closed' | 'reopened'

const changes: ReadonlyMap<string | null, Change> = new Map([
  ['open', 'opened'],
  ['merge', 'merged'],
  ['close', 'closed'],
  ['reopen', 'reopened'],
])

/** What happened to the merge request of a record; undefined if it leads to no comment. */
export const changeOf = (record: RecordOf<'merge_request'>): Change | undefined =>
  isMarkedReady(record) ? 'marked as ready' : changes.get(record.action)
