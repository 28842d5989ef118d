import { readRoutes } from '../delivery/routes/read-routes.ts'
import { mentionTypes } from './entries-of.ts'
import { readReviewers } from './reviewers/read-reviewers.ts'
import type { ReviewerMentionsSettings } from './variables.ts'

/** @throws ConfigError naming the fault in the file of routes or in the list of reviewers */
export const checkFiles = (settings: ReviewerMentionsSettings): void => {
  readRoutes(settings.ROUTES_FILE, mentionTypes)
  readReviewers(settings.REVIEWER_MENTIONS_FILE)
}
