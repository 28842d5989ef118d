import type { RecordOf } from '../../schemas/catalogue.ts'
import type { PlannedEffect } from '../consumer.ts'
import { readRoutes } from '../delivery/routes/read-routes.ts'
import { destinationsOf, mentioningOf, mentionTypes, whyNobody } from './entries-of.ts'
import { entriesForProject } from './reviewers/match-entries.ts'
import { readReviewers } from './reviewers/read-reviewers.ts'

interface Settings {
  ROUTES_FILE?: string
  REVIEWER_MENTIONS_FILE?: string
}

/**
 * Whom the worker would mention for a record. Which paths have changed is only known by GitLab's API, and
 * what a wiki page says only by the wiki: a preview asks neither.
 */
export const planned = (
  record: RecordOf,
  { ROUTES_FILE: file, REVIEWER_MENTIONS_FILE: list }: Settings,
): PlannedEffect[] => {
  const skip = (because: string): PlannedEffect[] => [{ would: 'skip', because }]
  if (file === undefined) return skip('ROUTES_FILE is not set, so that there are no routes')
  if (list === undefined) return skip('REVIEWER_MENTIONS_FILE is not set, so that there are no reviewers')
  const routes = readRoutes(file, mentionTypes).value
  const because = whyNobody(record, routes)
  if (because !== undefined) return skip(because)
  const mentioning = mentioningOf(record)
  if (mentioning === undefined) return skip('the hook does not say which merge request it is about')
  const to = destinationsOf(record, routes)
  if (to.length === 0) return skip('no route leads to the GitLab of the event')
  const { entries, wiki } = readReviewers(list).value
  const matching = entriesForProject(entries, mentioning.project)
  if (matching.length === 0 && wiki === undefined)
    return skip(`no entry of the list names ${mentioning.project}`)
  const mentions = matching.map(({ people, paths }) => ({ people, if_changed: paths }))
  const page = mentioning.url ?? `${mentioning.project}!${mentioning.iid}`
  const content = { note_on: page, mentions, ...(wiki && { further_mentions_of: wiki.page }) }
  return to.map((each) => ({ would: 'send', to: each, content }))
}
