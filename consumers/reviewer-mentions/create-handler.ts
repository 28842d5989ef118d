import type { Logger } from '../../lib/logger.ts'
import type { BatchHandler, WorkerTools } from '../consumer.ts'
import { contentOfEntry } from '../delivery/content-of-entry.ts'
import { openDelivery } from '../delivery/open-delivery.ts'
import { createMentionCourier } from './courier.ts'
import { entriesOf, mentionTypes } from './entries-of.ts'
import { openGitlabs } from './gitlab/open-gitlabs.ts'
import { openReviewerList } from './reviewers/open-reviewer-list.ts'
import type { ReviewerMentionsSettings } from './variables.ts'

/** Opens the list of reviewers and the outbox, and starts to send from it. */
export const createHandler = async (
  settings: ReviewerMentionsSettings,
  logger: Logger,
  { metrics, readRecord }: WorkerTools,
): Promise<BatchHandler<'merge_request'>> => {
  const { REVIEWER_MENTIONS_DATABASE_URL: url, ROUTES_FILE: file, REVIEWER_MENTIONS_FILE: list } = settings
  const opened = new AsyncDisposableStack()
  const reviewers = openReviewerList(list, logger)
  opened.defer(() => reviewers.close())
  const delivery = await openDelivery({
    worker: 'reviewer-mentions',
    ...{ url, file, logger, metrics, types: mentionTypes, rule: 'fact' as const },
    courier: (routes) => {
      const destinations = () => [...routes().destinations.values()].filter((each) => each.type === 'gitlab')
      const gitlabs = openGitlabs({ logger, metrics, destinations })
      opened.defer(() => gitlabs.close())
      return createMentionCourier(gitlabs, reviewers.find)
    },
    ...{ entriesOf, readRecord },
    contentOf: contentOfEntry(entriesOf),
  }).catch(async (error: unknown) => {
    await opened.disposeAsync()
    throw error
  })
  const close = async () => {
    await delivery.close()
    await opened.disposeAsync()
  }
  return { batchSize: 200, ...delivery, close }
}
