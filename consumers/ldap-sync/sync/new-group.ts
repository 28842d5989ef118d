import { parseDn } from '../dn/parse-dn.ts'
import type { Attributes } from '../plan/change.ts'
import type { Target } from '../state/targets.ts'
import type { SyncContext } from './sync-context.ts'

/** The attributes with which an LDAP group is created. */
export const newGroupAttributes = (
  { shape, mapping }: Pick<SyncContext, 'shape' | 'mapping'>,
  target: Pick<Target, 'id' | 'dn' | 'gid'>,
  members: readonly string[],
): Attributes => {
  const name = parseDn(target.dn)[0]?.[0]?.value ?? ''
  const { marker, first_gid = 0 } = mapping.groups
  return {
    ...shape.create(name, target.gid ?? first_gid + target.id),
    ...(marker !== undefined && { [marker.attribute]: [marker.value] }),
    [shape.attribute]: members,
  }
}
