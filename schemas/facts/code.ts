import type { MergeRequest } from '../events/merge_request.generated.ts'
import type { Push } from '../events/push.generated.ts'
import type { Release } from '../events/release.generated.ts'
import type { RepositoryUpdate } from '../events/repository_update.generated.ts'
import type { WikiPage } from '../events/wiki_page.generated.ts'
import { content, exact, type FactOf, textOfChanges } from './fact.ts'

/** The basis is `content`: a branch that moved from A to B can move back and then to B again. */
export const refChange: FactOf<Push> = ({ project_id, ref, before, after }) =>
  content('ref_change', [project_id, ref, before, after])

/** A repository update with a single change is the same fact as the push that made this change. */
export const refChanges: FactOf<RepositoryUpdate> = ({ project_id, changes }) =>
  content('ref_change', [project_id, ...changes.flatMap(({ ref, before, after }) => [ref, before, after])])

/**
 * Old versions of GitLab send no `actioned_at`.
 * Their `updated_at` is used instead, which can be rounded to a second.
 */
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

/** GitLab sends no time of the change. Only the version of the page identifies one change. */
export const wikiPageChange: FactOf<WikiPage> = ({ project_id, action, object_attributes: page }) =>
  page.version_id === null
    ? content('wiki_page', [project_id, page.slug], [action, page.content])
    : exact('wiki_page', [project_id, page.slug, page.version_id], [action])

/** The basis is `content`: a release can be edited and then edited back. */
export const releaseChange: FactOf<Release> = ({ id, action, delivery }) =>
  content('release', [id], [action, delivery.body_sha256])
