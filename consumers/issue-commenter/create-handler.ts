import type { Logger } from '../../lib/logger.ts'
import type { BatchHandler, WorkerTools } from '../consumer.ts'
import { openDelivery } from '../delivery/open-delivery.ts'
import { commentOf } from './comment.ts'
import { commitMessages } from './commit-messages.ts'
import { createCommentCourier } from './courier.ts'
import { entriesOf, trackersFor } from './entries-of.ts'
import { trackerTypes } from './trackers/tracker.ts'
import type { IssueCommenterSettings } from './variables.ts'
import { withoutToken } from './without-token.ts'

/** Opens the outbox and starts to send from it. */
export const createHandler = async (
  { ISSUE_COMMENTER_DATABASE_URL: url, ROUTES_FILE: file }: IssueCommenterSettings,
  logger: Logger,
  tools: WorkerTools,
): Promise<BatchHandler<'merge_request'>> => {
  const { gitlab, metrics, readRecord } = tools
  if (gitlab.all().length === 0) logger.info(`There is no token for the API of GitLab. ${withoutToken}`)
  const delivery = await openDelivery({
    worker: 'issue-commenter',
    ...{ url, file, logger, metrics, types: trackerTypes, rule: 'fact' as const },
    courier: createCommentCourier,
    readRecord,
    entriesOf: (record, routes, signal) =>
      entriesOf(record, routes, (each) => commitMessages(each, gitlab.of(each.delivery.instance), signal)),
    contentOf: (record, routes, destination) => {
      const content = record.eventType === 'merge_request' ? commentOf(record) : undefined
      const isRouted = trackersFor(record, routes).some(({ name }) => name === destination)
      return content && isRouted ? { content } : undefined
    },
  })
  // The commits are read record by record, and each reading may use all the time that a handler has.
  return { batchSize: 1, ...delivery }
}
