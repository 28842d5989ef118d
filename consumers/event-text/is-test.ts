import type { RecordOf } from '../../schemas/catalogue.ts'

/**
 * Whether a push comes from GitLab's button *Test*: it moves nothing, or it lists the commit that the branch
 * was at before. Other tests look like the event itself.
 */
export const isTest = (record: RecordOf): boolean =>
  (record.eventType === 'push' || record.eventType === 'tag_push') &&
  (record.before === record.after || record.commits.some(({ id }) => id === record.before))
