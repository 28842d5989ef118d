import { type Connection, query } from '../../../lib/database.ts'
import { inTransaction } from '../apply/in-transaction.ts'
import { refHeadOf } from '../model/ref-head.ts'
import type { Ref } from '../observe/observation.ts'
import { createPostgresStore } from '../store/postgres-store.ts'
import { saveBases } from '../store/ref-bases.ts'
import { countDrift, type Session } from './session.ts'

interface KnownRef {
  ref: string
  sha: string | null
  pushed_at: string | null
  is_ambiguous: boolean
}

/**
 * Corrects the branches or tags of a project. A ref that was pushed since then is left alone, also where its
 * commit is a guess: its hooks know more.
 *
 * @param listed name → commit
 * @param at when this was so, by `observedAt`: a minute before the listing began
 */
export const applyRefs = (
  session: Session,
  projectId: number,
  object: 'branch' | 'tag',
  listed: ReadonlyMap<string, string>,
  at: number,
): Promise<void> =>
  inTransaction(session.pool, async (connection) => {
    const prefix = object === 'branch' ? 'refs/heads/' : 'refs/tags/'
    const known = await readKnown(connection, session.realm, projectId, prefix)
    const wrong = new Map<string, string | null>()
    for (const [name, sha] of listed) {
      const before = known.get(prefix + name)
      if (before === undefined) countDrift(session, object, 'missing')
      else if (isNewer(before, at) || (before.sha === sha && !before.is_ambiguous)) continue
      else if (before.sha !== sha) countDrift(session, object, before.sha === null ? 'missing' : 'wrong')
      wrong.set(prefix + name, sha)
    }
    for (const [ref, before] of known) {
      if (listed.has(ref.slice(prefix.length)) || before.sha === null || isNewer(before, at)) continue
      countDrift(session, object, 'gone')
      wrong.set(ref, null)
    }
    await setBases(connection, session.realm, projectId, wrong, at)
  })

const isNewer = ({ pushed_at }: KnownRef, at: number): boolean =>
  pushed_at !== null && Number(pushed_at) >= at

const readKnown = async (connection: Connection, realm: number, projectId: number, prefix: string) => {
  const rows = await query<KnownRef>(
    connection,
    `select ref, sha, pushed_at, is_ambiguous from project_directory.refs
      where realm = $1 and project_id = $2 and ref > $3::text and ref < $4::text`,
    [realm, projectId, prefix, prefix.replace(/\/$/, '0')],
  )
  return new Map(rows.map((row) => [row.ref, row]))
}

/** Each ref is at this commit at this time, and moves that are received later start there. */
const setBases = async (
  connection: Connection,
  realm: number,
  projectId: number,
  shas: ReadonlyMap<string, string | null>,
  at: number,
): Promise<void> => {
  const bases = [...shas].map(([name, sha]) => ({
    ref: { realm, projectId, name } satisfies Ref,
    base: { sha, at },
  }))
  if (bases.length === 0) return
  const store = createPostgresStore(connection)
  await saveBases(connection, bases)
  const stored = await store.refs(bases.map(({ ref }) => ref))
  await store.saveHeads(
    stored.flatMap(({ ref, moves, base, startsEmpty }) => {
      const head = refHeadOf(moves, base, startsEmpty)
      return head === undefined ? [] : [{ ref, head }]
    }),
  )
}
