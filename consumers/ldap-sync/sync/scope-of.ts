import { query } from '../../../lib/database.ts'
import type { ContainerId, Fact } from '../facts/fact.ts'
import { containerKeyOf } from '../state/containers.ts'
import type { Users } from '../state/pairs.ts'
import type { Scope } from './plan-all.ts'
import type { SyncContext } from './sync-context.ts'

/**
 * What is touched by events. What is said of a group touches all of its users, and what is said of a user
 * touches all of the memberships.
 */
export const scopeOf = async ({ pool }: SyncContext, facts: readonly Fact[]): Promise<Scope> => {
  const containers = new Map<string, Users>()
  const usernames = new Set<string>()
  const touch = (container: ContainerId, userId: number) => {
    const key = containerKeyOf(container)
    const users = containers.get(key)
    if (users !== 'all') containers.set(key, new Set([...(users ?? []), userId]))
  }
  for (const fact of facts) {
    if (fact.type === 'key') usernames.add(fact.username)
    if (fact.type === 'membership') touch(fact.container, fact.userId)
    if (fact.type === 'container') containers.set(containerKeyOf(fact.container), 'all')
    // A rename of a parent changes the paths of all that is inside.
    if (fact.type === 'rename')
      for (const each of await mirrored(pool, fact.instance)) containers.set(containerKeyOf(each), 'all')
    if (fact.type !== 'person') continue
    if (fact.username !== null) usernames.add(fact.username)
    for (const each of await containersOf(pool, fact.instance, fact.userId)) touch(each, fact.userId)
  }
  return { containers, usernames: [...usernames] }
}

export const isEmpty = ({ containers, usernames }: Scope): boolean =>
  containers !== 'all' && containers.size === 0 && usernames?.length === 0

type Database = Parameters<typeof query>[0]
type Row = Record<'instance' | 'container_id', string> & { kind: 'group' | 'project' }

const containersOf = async (pool: Database, instance: string, userId: number): Promise<ContainerId[]> =>
  (
    await query<Row>(
      pool,
      'select instance, kind, container_id from ldap_sync.memberships where instance = $1 and user_id = $2',
      [instance, userId],
    )
  ).map(idOf)

/** Only what fills an LDAP group already: what a rename makes fill one is bound later, and then compared. */
const mirrored = async (pool: Database, instance: string): Promise<ContainerId[]> =>
  (
    await query<Row>(
      pool,
      'select distinct instance, kind, container_id from ldap_sync.targets where instance = $1',
      [instance],
    )
  ).map(idOf)

const idOf = ({ instance, kind, container_id }: Row): ContainerId => ({
  instance,
  kind,
  id: Number(container_id),
})
