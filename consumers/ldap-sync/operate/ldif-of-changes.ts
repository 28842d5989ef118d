import type { Proposed } from '../plan/change.ts'
import { ldifOf } from '../plan/ldif.ts'
import type { Operation } from '../plan/operation.ts'
import { loadTargets } from '../state/targets.ts'
import { newGroupAttributes } from '../sync/new-group.ts'
import type { SyncContext } from '../sync/sync-context.ts'

/**
 * The LDIF that `ldapmodify` would read to make these changes. An LDAP group that does not exist yet is
 * created with its first members.
 */
export const ldifOfChanges = async (context: SyncContext, changes: readonly Proposed[]): Promise<string> => {
  const { pool, shape } = context
  const targets = new Map((await loadTargets(pool)).map((target) => [target.id, target]))
  const operations: Operation[] = []
  for (const [dn, items] of Map.groupBy(changes, ({ change }) => change.dn)) {
    const target = targets.get(items[0]?.targetId ?? 0)
    const values = (prefix: string) =>
      items.flatMap(({ change }) =>
        'value' in change && change.kind.startsWith(prefix) ? [change.value] : [],
      )
    const [add, gone] = [values('add'), values('remove')]
    const first = items.find(({ change }) => 'value' in change)?.change
    const attribute = first !== undefined && 'value' in first ? first.attribute : shape.attribute
    if (target?.state === 'planned' && add.length > 0) {
      operations.push({ op: 'add', dn, attributes: newGroupAttributes(context, target, add) })
    } else if (add.length + gone.length > 0)
      operations.push({ op: 'modify', dn, attribute, add, delete: gone })
    for (const { change } of items)
      if ('newDn' in change) operations.push({ op: 'rename', dn, newDn: change.newDn })
  }
  return operations.map(ldifOf).join('')
}
