import type { GroupClass } from '../mapping/group-classes.ts'
import type { Attributes } from '../plan/change.ts'

/** What differs between the object classes of groups. */
export interface GroupShape {
  attribute: string
  /** What a value names: the DN of the person, or the user name. */
  value: 'dn' | 'name'
  memberCount: 'at least one' | 'any'
  /** The attributes of a new group without its members. */
  create(name: string, gid: number | undefined): Attributes
}

export const groupShapes: Readonly<Record<GroupClass, GroupShape>> = {
  groupOfNames: {
    attribute: 'member',
    value: 'dn',
    memberCount: 'at least one',
    create: (name) => ({ objectClass: ['top', 'groupOfNames'], cn: [name] }),
  },
  groupOfUniqueNames: {
    attribute: 'uniqueMember',
    value: 'dn',
    memberCount: 'at least one',
    create: (name) => ({ objectClass: ['top', 'groupOfUniqueNames'], cn: [name] }),
  },
  posixGroup: {
    attribute: 'memberUid',
    value: 'name',
    memberCount: 'any',
    create: (name, gid) => ({
      objectClass: ['top', 'posixGroup'],
      cn: [name],
      ...(gid !== undefined && { gidNumber: [String(gid)] }),
    }),
  },
  // Of Active Directory.
  group: {
    attribute: 'member',
    value: 'dn',
    memberCount: 'any',
    create: (name) => ({ objectClass: ['top', 'group'], cn: [name], sAMAccountName: [name] }),
  },
}
