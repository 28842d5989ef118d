import { z } from 'zod'
import type { RecordOf } from '../../schemas/catalogue.ts'
import { apiPath } from '../gitlab-api/api-path.ts'
import { gitlabFailureOf } from '../gitlab-api/failure.ts'
import type { GitlabApi } from '../gitlab-api/gitlab-api.ts'

/** The newest commits that are read of one merge request. */
const maxCommits = 500

const commit = z.object({ message: z.string().nullish() })

/**
 * The messages of the commits of a merge request, newest first. A hook carries only the last one. The others
 * are read by GitLab's API, where there is one and where its token may see the project.
 *
 * @throws GitlabRetriableError while GitLab does not answer
 */
export const commitMessages = async (
  { object_attributes: { iid, last_commit }, project_id }: RecordOf<'merge_request'>,
  api: GitlabApi | undefined,
  signal: AbortSignal,
): Promise<string[]> => {
  const last = last_commit?.message ? [last_commit.message] : []
  if (api === undefined || iid === null || project_id === null) return last
  const path = apiPath`/projects/${project_id}/merge_requests/${iid}/commits`
  const messages: string[] = []
  try {
    for await (const page of api.pages({ path, read: commit, paging: { by: 'page' }, signal })) {
      messages.push(...page.flatMap(({ message }) => message ?? []))
      if (messages.length >= maxCommits) break
    }
  } catch (error) {
    const kind = gitlabFailureOf(error)?.kind
    if (kind === 'not_found' || kind === 'forbidden') return last
    throw error
  }
  // The hook's commit is named, too: the branch may have been rewritten since.
  return [...messages, ...last]
}
