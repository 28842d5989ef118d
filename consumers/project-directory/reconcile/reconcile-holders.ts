import { z } from 'zod'
import { query } from '../../../lib/database.ts'
import { apiPath } from '../../gitlab-api/api-path.ts'
import { gitlabFailureOf } from '../../gitlab-api/failure.ts'
import { applyObservations } from '../apply/apply.ts'
import { inTransaction } from '../apply/in-transaction.ts'
import type { PathFact } from '../model/path-fact.ts'
import type { Observation } from '../observe/observation.ts'
import { pathFact } from '../observe/path-facts.ts'
import { createPostgresStore } from '../store/postgres-store.ts'
import { countDrift, type Session } from './session.ts'

type Kind = 'group' | 'project'

/** What GitLab's API lists: its id and its facts. */
export type Listed = { id: number } & Pick<
  PathFact,
  'path' | 'name' | 'visibility' | 'defaultBranch' | 'webUrl' | 'parentId' | 'createdAt'
>

/** Adds one page of what GitLab lists. @param at when it was listed, in milliseconds since 1970 */
export const applyListed = (session: Session, kind: Kind, listed: readonly Listed[], at: number) =>
  inTransaction(session.pool, async (connection) => {
    const known = await query<{ id: string; path: string | null; state: string }>(
      connection,
      `select id, path, state from project_directory.holders
        where realm = $1 and kind = $2 and id = any($3::bigint[])`,
      [session.realm, kind, listed.map(({ id }) => id)],
    )
    const pathOf = new Map(
      known.map(({ id, path, state }) => [Number(id), state === 'destroyed' ? null : path]),
    )
    const observations = listed.map(({ id, ...told }): Observation => {
      const fact = pathFact({ ...told, verb: 'listed', at, lastAt: at })
      return { about: 'path', holder: { realm: session.realm, kind, id }, fact }
    })
    await applyObservations(createPostgresStore(connection), observations)
    countDrift(session, kind, 'missing', listed.filter(({ id }) => !pathOf.has(id)).length)
    countDrift(
      session,
      kind,
      'wrong',
      listed.filter(({ id, path }) => pathOf.has(id) && pathOf.get(id) !== path).length,
    )
  })

/**
 * Finds what GitLab listed in an earlier comparison and no longer has. What it never listed may only be
 * hidden from the token, and stays.
 *
 * @param began when the listing began
 */
export const applyGone = async (session: Session, kind: Kind, began: number): Promise<void> => {
  const { pool, realm } = session
  const missing = await query<{ id: string }>(
    pool,
    `select id from project_directory.holders
      where realm = $1 and kind = $2 and reconciled_at < $3 and state <> 'destroyed'`,
    [realm, kind, began],
  )
  for (const { id } of missing) {
    if (await exists(session, kind, id)) continue
    const fact = pathFact({ verb: 'gone', at: began, lastAt: began })
    const holder = { realm, kind, id: Number(id) }
    await inTransaction(pool, (connection) =>
      applyObservations(createPostgresStore(connection), [{ about: 'path', holder, fact }]),
    )
    countDrift(session, kind, 'gone')
  }
}

const exists = async ({ api, signal }: Session, kind: Kind, id: string): Promise<boolean> => {
  const path = kind === 'project' ? apiPath`/projects/${id}` : apiPath`/groups/${id}`
  try {
    await api.call({ path, read: z.object({ id: z.number() }), signal, patience: 'background' })
    return true
  } catch (error) {
    if (gitlabFailureOf(error)?.kind === 'not_found') return false
    throw error
  }
}
