export const groupClasses = ['groupOfNames', 'groupOfUniqueNames', 'posixGroup', 'group'] as const

/** The object class of the groups. `group` is that of Active Directory. */
export type GroupClass = (typeof groupClasses)[number]

/** The classes whose groups must have a member at every moment. */
export const classesWithMember: readonly GroupClass[] = ['groupOfNames', 'groupOfUniqueNames']
