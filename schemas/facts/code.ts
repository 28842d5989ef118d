import type { MergeRequest } from '../events/merge_request.generated.ts'
import type { Push } from '../events/push.generated.ts'
import type { Release } from '../events/release.generated.ts'
import type { RepositoryUpdate } from '../events/repository_update.generated.ts'
import type { WikiPage } from '../events/wiki_page.generated.ts'
import { content, exact, type FactOf, textOfChanges } from './fact.ts'

/** A ref that moved from A to B may move back and again to B. */
export const refChange: FactOf<Push> = ({ project_id, ref, before, after }) =>
  content('ref_change', [project_id, ref, before, after])

/** One change alone is the same fact as the push that made it. */
export const refChanges: FactOf<RepositoryUpdate> = ({ project_id, changes }) =>
  content('ref_change', [project_id, ...changes.flatMap(({ ref, before, after }) => [ref, before, after])])

/** Without `actioned_at` (old versions) `updated_at` must do, which once was rounded to a second. */
export const mergeRequestChange: FactOf<MergeRequest> = ({
  action,
  user,
  changes,
  object_attributes: mr,
}) => {
  const details = [action, mr.system_action, user?.id ?? null, mr.oldrev, textOfChanges(changes)]
  return mr.actioned_at === null
    ? content('merge_request', [mr.id, mr.updated_at], details)
    : exact('merge_request', [mr.id, mr.actioned_at], details)
}

/** GitLab tells no time; only a version makes the page's change one of its kind. */
export const wikiPageChange: FactOf<WikiPage> = ({ project_id, action, object_attributes: page }) =>
  page.version_id === null
    ? content('wiki_page', [project_id, page.slug], [action, page.content])
    : exact('wiki_page', [project_id, page.slug, page.version_id], [action])

/** Releases can be edited back and forth. */
export const releaseChange: FactOf<Release> = ({ id, action, delivery }) =>
  content('release', [id], [action, delivery.body_sha256])
