import type { z } from 'zod'
import { query } from '../../../lib/database.ts'
import { applyObservations } from '../apply/apply.ts'
import { inTransaction } from '../apply/in-transaction.ts'
import type { Holder } from '../model/holder.ts'
import type { MemberReport } from '../model/membership.ts'
import type { Observation } from '../observe/observation.ts'
import { seenFact } from '../observe/path-facts.ts'
import { createPostgresStore } from '../store/postgres-store.ts'
import { countDrift, type Session } from './session.ts'
import { type memberAnswer, roleOf } from './shapes.ts'

interface KnownMember {
  user_id: string
  access: string | null
  created_at: string
  updated_at: string
}

/** Corrects the direct members of a project or group. @param at when they were listed */
export const applyMembersListed = (
  session: Session,
  container: Holder,
  listed: readonly z.output<typeof memberAnswer>[],
  at: number,
): Promise<void> =>
  inTransaction(session.pool, async (connection) => {
    const { realm, kind, id } = container
    const rows = await query<KnownMember>(
      connection,
      `select user_id, access, created_at, updated_at from project_directory.members
        where realm = $1 and kind = $2 and id = $3 and is_member`,
      [realm, kind, id],
    )
    const known = new Map(rows.map((row) => [Number(row.user_id), row]))
    const observations: Observation[] = []
    const report = (userId: number, verb: MemberReport['verb'], access: string | null, createdAt: number) => {
      const updatedAt = Math.max(at, Number(known.get(userId)?.updated_at ?? 0))
      const told = { container, userId, verb, access, createdAt, updatedAt, receivedAt: at }
      observations.push({ about: 'member', report: told })
    }
    for (const { id: userId, username, name, access_level, created_at } of listed) {
      const user: Holder = { realm, kind: 'user', id: userId }
      observations.push({ about: 'path', holder: user, fact: seenFact(at, { path: username, name }) })
      const before = known.get(userId)
      const access = roleOf(access_level)
      if (before?.access === access) continue
      countDrift(session, 'member', before === undefined ? 'missing' : 'wrong')
      const createdAt = created_at ? Math.floor(Date.parse(created_at) / 1000) * 1000 : 0
      report(userId, 'listed', access, Math.max(createdAt, Number(before?.created_at ?? 0)))
    }
    const ids = new Set(listed.map((member) => member.id))
    for (const [userId, { created_at }] of known) {
      if (ids.has(userId)) continue
      countDrift(session, 'member', 'gone')
      report(userId, 'removed', null, Number(created_at))
    }
    await applyObservations(createPostgresStore(connection), observations)
  })
