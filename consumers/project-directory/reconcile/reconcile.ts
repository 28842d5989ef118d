import type { z } from 'zod'
import { query } from '../../../lib/database.ts'
import { type ApiPath, apiPath } from '../../gitlab-api/api-path.ts'
import { gitlabFailureOf } from '../../gitlab-api/failure.ts'
import type { Paging } from '../../gitlab-api/gitlab-api.ts'
import type { Holder } from '../model/holder.ts'
import { applyGone, applyListed, type Listed } from './reconcile-holders.ts'
import { applyMembersListed } from './reconcile-members.ts'
import { applyRefs } from './reconcile-refs.ts'
import { observedAt, type Session } from './session.ts'
import { branchAnswer, groupAnswer, memberAnswer, projectAnswer, tagAnswer } from './shapes.ts'

/**
 * Compares the directory with everything that the token may see, and corrects it. Nothing that hooks tell
 * meanwhile is lost.
 *
 * @throws RetriableError while GitLab or the database does not answer
 */
export const reconcile = async (session: Session): Promise<void> => {
  const { pool, realm } = session
  const began = observedAt()
  const groups = await listAll(session, 'group')
  const projects = await listAll(session, 'project')
  for (const id of groups) await reconcileMembers(session, { realm, kind: 'group', id })
  for (const id of projects) {
    await reconcileMembers(session, { realm, kind: 'project', id })
    await reconcileRefs(session, id, 'branch')
    await reconcileRefs(session, id, 'tag')
  }
  await applyGone(session, 'project', began)
  await applyGone(session, 'group', began)
  await query(pool, 'update project_directory.realms set reconciled_at = now() where id = $1', [realm])
}

const listAll = async (session: Session, kind: 'group' | 'project'): Promise<number[]> => {
  const ids: number[] = []
  const pages = kind === 'group' ? groupPages(session) : projectPages(session)
  let at = observedAt()
  for await (const page of pages) {
    await applyListed(session, kind, page, at)
    ids.push(...page.map(({ id }) => id))
    at = observedAt()
  }
  return ids
}

async function* groupPages(session: Session): AsyncGenerator<Listed[]> {
  const paging: Paging = { by: 'keyset', order: { by: 'name', sort: 'asc' } }
  const query = { all_available: true }
  const request = { path: apiPath`/groups`, read: groupAnswer, paging, query, ...common(session) }
  for await (const page of session.api.pages(request))
    yield page.map(({ id, full_path, parent_id, ...group }) => ({
      ...listedOf(group),
      id,
      path: full_path,
      parentId: parent_id ?? null,
      defaultBranch: null,
    }))
}

async function* projectPages(session: Session): AsyncGenerator<Listed[]> {
  const paging: Paging = { by: 'keyset', order: { by: 'id', sort: 'asc' } }
  const request = { path: apiPath`/projects`, read: projectAnswer, paging, ...common(session) }
  for await (const page of session.api.pages(request))
    yield page.map(({ id, path_with_namespace, default_branch, ...project }) => ({
      ...listedOf(project),
      id,
      path: path_with_namespace,
      parentId: null,
      defaultBranch: default_branch ?? null,
    }))
}

const listedOf = (told: Omit<z.output<typeof groupAnswer>, 'id' | 'full_path' | 'parent_id'>) => ({
  name: told.name,
  visibility: told.visibility ?? null,
  webUrl: told.web_url ?? null,
  createdAt: told.created_at ? Date.parse(told.created_at) : null,
})

const reconcileRefs = async (session: Session, id: number, object: 'branch' | 'tag'): Promise<void> => {
  const at = observedAt()
  const [path, read, paging] =
    object === 'branch'
      ? ([apiPath`/projects/${id}/repository/branches`, branchAnswer, { by: 'keyset' }] as const)
      : ([
          apiPath`/projects/${id}/repository/tags`,
          tagAnswer,
          { by: 'keyset', order: { by: 'name', sort: 'asc' } },
        ] as const)
  const listed = await collect(session, path, read, paging)
  if (listed === undefined) return
  await applyRefs(session, id, object, new Map(listed.map(({ name, sha }) => [name, sha])), at)
}

const reconcileMembers = async (session: Session, container: Holder): Promise<void> => {
  const at = observedAt()
  const { kind, id } = container
  const path = kind === 'group' ? apiPath`/groups/${id}/members` : apiPath`/projects/${id}/members`
  const listed = await collect(session, path, memberAnswer, { by: 'page' })
  if (listed !== undefined) await applyMembersListed(session, container, listed, at)
}

/** @returns undefined if the token may not see this list, or if the project is gone meanwhile */
const collect = async <Shape extends z.ZodType>(
  session: Session,
  path: ApiPath,
  read: Shape,
  paging: Paging,
): Promise<z.output<Shape>[] | undefined> => {
  const items: z.output<Shape>[] = []
  try {
    for await (const page of session.api.pages({ path, read, paging, ...common(session) }))
      items.push(...page)
    return items
  } catch (error) {
    const kind = gitlabFailureOf(error)?.kind
    if (kind === 'forbidden' || kind === 'not_found') return undefined
    throw error
  }
}

const common = ({ signal }: Session) => ({ signal, patience: 'background' as const })
