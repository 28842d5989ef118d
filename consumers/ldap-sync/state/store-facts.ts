import { type Connection, query } from '../../../lib/database.ts'
import type { ContainerFact, Fact, KeyFact, MembershipFact, PersonFact, RenameFact } from '../facts/fact.ts'
import { accessLevels, isAccess } from '../mapping/access.ts'

/**
 * Stores what events say. Storing it again, or in another order, ends in the same state.
 *
 * @throws the error of the database if a value is the cause; RetriableError in any other case
 */
export const storeFacts = async (connection: Connection, facts: readonly Fact[]): Promise<void> => {
  const seen = new Set<string>()
  for (const fact of facts) await store(connection, fact)
  for (const fact of facts.flatMap(impliedBy)) {
    // Many events of one batch imply the same.
    const key = JSON.stringify(fact)
    if (!seen.has(key)) await store(connection, fact)
    seen.add(key)
  }
}

/**
 * An event of a member also names the user and the place. It does not say when the user got this name, or the
 * project this path, but surely not before the membership. An event of a project has the full path.
 */
const impliedBy = (fact: Fact): (ContainerFact | PersonFact)[] => {
  if (fact.type !== 'membership') return []
  const { container, path, userId, username, email, createdAt: at } = fact
  const { instance, kind } = container
  const place = kind === 'project' ? { fullPath: path, at } : { fullPath: null, at: 0 }
  return [
    { type: 'container', container, ...place, state: 'active' },
    { type: 'person', instance, userId, username, email, at, life: 'exists' },
  ]
}

const store = (connection: Connection, fact: Fact): Promise<unknown> => {
  switch (fact.type) {
    case 'membership':
      return storeMembership(connection, fact)
    case 'container':
      return storeContainer(connection, fact)
    case 'rename':
      return storeRename(connection, fact)
    case 'person':
      return storePerson(connection, fact)
    case 'key':
      return storeKey(connection, fact)
  }
}

const timeOf = (millis: number | null): Date | null => (millis === null ? null : new Date(millis))

const storeMembership = async (connection: Connection, fact: MembershipFact): Promise<void> => {
  const { container, userId, createdAt, updatedAt, step, access, expiresAt } = fact
  await query(
    connection,
    `insert into ldap_sync.memberships as known
       (instance, kind, container_id, user_id, created_at, updated_at, step, access, height, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     on conflict (instance, kind, container_id, user_id) do update
       set created_at = excluded.created_at, updated_at = excluded.updated_at, step = excluded.step,
           access = excluded.access, height = excluded.height, expires_at = excluded.expires_at,
           unlisted = false
       where (excluded.created_at, excluded.updated_at, excluded.step, -excluded.height)
           > (known.created_at, known.updated_at, known.step, -known.height)`,
    [
      ...[container.instance, container.kind, container.id, userId, timeOf(createdAt), timeOf(updatedAt)],
      ...[step, access, isAccess(access) ? accessLevels.indexOf(access) : -1, timeOf(expiresAt)],
    ],
  )
}

const storeContainer = async (connection: Connection, fact: ContainerFact): Promise<void> => {
  const { container, fullPath, at, state } = fact
  const hasPath = fullPath !== null && state !== 'deletion_scheduled'
  await query(
    connection,
    `insert into ldap_sync.containers as known
       (instance, kind, container_id, full_path, path_at, deletion_scheduled_at, destroyed)
     values ($1, $2, $3, $4, coalesce($5::timestamptz, '-infinity'),
             coalesce($6::timestamptz, '-infinity'), $7)
     on conflict (instance, kind, container_id) do update
       set full_path = case when (excluded.path_at, coalesce(excluded.full_path, ''))
             > (known.path_at, coalesce(known.full_path, ''))
             then excluded.full_path else known.full_path end,
           path_at = greatest(known.path_at, excluded.path_at),
           deletion_scheduled_at = greatest(known.deletion_scheduled_at, excluded.deletion_scheduled_at),
           destroyed = known.destroyed or excluded.destroyed`,
    [
      ...[container.instance, container.kind, container.id],
      ...[hasPath ? fullPath : null, hasPath ? timeOf(at) : null],
      ...[state === 'deletion_scheduled' ? timeOf(at) : null, state === 'destroyed'],
    ],
  )
}

const storeRename = (connection: Connection, { instance, oldPath, newPath, at }: RenameFact) =>
  query(connection, 'insert into ldap_sync.renames values ($1, $2, $3, $4) on conflict do nothing', [
    instance,
    oldPath,
    newPath,
    timeOf(at),
  ])

/** A redacted e-mail address does not replace a known one. */
const storePerson = (connection: Connection, fact: PersonFact) =>
  query(
    connection,
    `insert into ldap_sync.people as known (instance, user_id, username, email, seen_at, destroyed)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (instance, user_id) do update
       set username = case when (excluded.seen_at, excluded.username) > (known.seen_at, known.username)
             or known.username is null then excluded.username else known.username end,
           email = case when excluded.email is not null
             and ((excluded.seen_at, excluded.email) > (known.seen_at, known.email) or known.email is null)
             then excluded.email else known.email end,
           seen_at = greatest(known.seen_at, excluded.seen_at),
           destroyed = known.destroyed or excluded.destroyed`,
    [...[fact.instance, fact.userId, fact.username, fact.email, timeOf(fact.at)], fact.life === 'destroyed'],
  )

const storeKey = (connection: Connection, { instance, keyId, username, key, life }: KeyFact) =>
  query(
    connection,
    `insert into ldap_sync.keys as known (instance, key_id, username, key, destroyed)
     values ($1, $2, $3, $4, $5)
     on conflict (instance, key_id) do update set destroyed = known.destroyed or excluded.destroyed`,
    [instance, keyId, username, key, life === 'destroyed'],
  )
