import { query } from '../../../lib/database.ts'
import type { ContainerId, Fact } from '../facts/fact.ts'
import type { Users } from '../state/pairs.ts'
import { containerKeyOf, type Scope } from './converge.ts'
import type { SyncContext } from './sync-context.ts'

/**
 * Which users of which groups and projects are touched by events. What is said of a group touches all of its
 * users, and what is said of a user touches all of the memberships.
 */
export const scopeOf = async ({ pool }: SyncContext, facts: readonly Fact[]): Promise<Scope> => {
  const scope = new Map<string, Users>()
  const touch = (container: ContainerId, userId: number) => {
    const key = containerKeyOf(container)
    const users = scope.get(key)
    if (users !== 'all') scope.set(key, new Set([...(users ?? []), userId]))
  }
  const touchAll = (containers: readonly ContainerId[]) => {
    for (const container of containers) scope.set(containerKeyOf(container), 'all')
  }
  for (const fact of facts) {
    if (fact.type === 'membership') touch(fact.container, fact.userId)
    if (fact.type === 'container') touchAll([fact.container])
    if (fact.type === 'rename') touchAll(await allContainers(pool, fact.instance))
    if (fact.type === 'person')
      for (const container of await containersOf(pool, fact.instance, fact.userId))
        touch(container, fact.userId)
  }
  return scope
}

type Database = Parameters<typeof query>[0]

interface Row {
  instance: string
  kind: 'group' | 'project'
  container_id: string
}

const containersOf = async (pool: Database, instance: string, userId: number): Promise<ContainerId[]> =>
  (
    await query<Row & Record<string, unknown>>(
      pool,
      'select instance, kind, container_id from ldap_sync.memberships where instance = $1 and user_id = $2',
      [instance, userId],
    )
  ).map(idOf)

/** Those with members: a rename of a parent changes the paths of all that is inside. */
const allContainers = async (pool: Database, instance: string): Promise<ContainerId[]> =>
  (
    await query<Row & Record<string, unknown>>(
      pool,
      'select instance, kind, container_id from ldap_sync.containers where instance = $1',
      [instance],
    )
  ).map(idOf)

const idOf = ({ instance, kind, container_id }: Row): ContainerId => ({
  instance,
  kind,
  id: Number(container_id),
})
