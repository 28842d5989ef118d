import type { Reply } from './reply.ts'
import type { GitlabState } from './state.ts'

/**
 * GitLab redirects a request for the old path of a project to its id.
 * https://docs.gitlab.com/api/rest/#redirects
 */
export const redirectOf = (
  state: GitlabState,
  method: string,
  id: string | undefined,
  url: URL,
  webUrl: string,
): Reply | undefined => {
  if (id === undefined || method !== 'GET' || !url.pathname.includes('/projects/')) return undefined
  const project = state.projects.find(({ old_paths }) => old_paths.includes(id))
  if (project === undefined) return undefined
  const path = url.pathname.replace(encodeURIComponent(id), String(project.id))
  const location = new URL(path + url.search, webUrl).href
  const body = `This resource has been moved permanently to ${location}`
  return { status: 301, body, headers: { location } }
}
