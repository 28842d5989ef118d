import { classesWithMember, type GroupClass } from './group-classes.ts'

/** What is wrong with a field, beside its type: something is missing, or it has no effect. */
export type Problem = [path: readonly (string | number)[], message: string]

interface CheckedRule {
  path: string
  kind: string
  into: string
  source?: string | undefined
  name?: string | undefined
  adopt?: string | undefined
  gid?: number | undefined
}

interface CheckedGroups {
  class: GroupClass
  placeholder?: string | undefined
  first_gid?: number | undefined
}

interface Checked {
  gitlab_reads_this_ldap?: boolean | undefined
  groups: CheckedGroups
  mirror: readonly CheckedRule[]
}

/** A field without effect is refused, because whoever wrote it believes that it has one. */
export const problemsOf = (mapping: Checked): Problem[] => {
  const seen = new Set<string>()
  const problems = groupProblems(mapping.groups)
  for (const [index, rule] of mapping.mirror.entries()) {
    for (const [field, message] of ruleProblems(mapping, rule))
      problems.push([['mirror', index, field], message])
    const { kind, path, name, adopt } = rule
    const key = adopt ?? `${kind} ${path} ${name ?? ''}`
    if (seen.has(key))
      problems.push([['mirror', index, 'path'], `is listed twice with the same LDAP group: ${key}`])
    seen.add(key)
  }
  return problems
}

const groupProblems = ({ class: name, placeholder, first_gid }: CheckedGroups): Problem[] => {
  const problems: Problem[] = []
  const needsMember = classesWithMember.includes(name)
  if (needsMember && placeholder === undefined)
    problems.push([
      ['groups', 'placeholder'],
      `is missing: a ${name} cannot be empty. Give the DN of an entry that replaces the last member`,
    ])
  if (!needsMember && placeholder !== undefined)
    problems.push([['groups', 'placeholder'], `has no effect: a ${name} can be empty. Remove it`])
  if (name !== 'posixGroup' && first_gid !== undefined)
    problems.push([['groups', 'first_gid'], `has no effect: a ${name} has no number. Remove it`])
  return problems
}

const ruleProblems = (
  { groups, gitlab_reads_this_ldap: gitlabReads }: Checked,
  { into, source, name, adopt, gid }: CheckedRule,
): [field: string, message: string][] => {
  const problems: [string, string][] = []
  if (adopt !== undefined && into === 'each')
    problems.push(['adopt', 'is one group, so that it needs into: one'])
  if (into === 'each' && !(name ?? '{access}').includes('{access}'))
    problems.push(['name', 'must contain {access}, because into is each'])
  if (groups.class === 'posixGroup' && (adopt ?? gid ?? groups.first_gid) === undefined)
    problems.push(['gid', 'is missing: give it, or groups.first_gid'])
  if (adopt !== undefined && name !== undefined)
    problems.push(['name', 'has no effect: the LDAP group has the name that adopt gives. Remove one of them'])
  if (gid !== undefined && (groups.class !== 'posixGroup' || adopt !== undefined))
    problems.push(['gid', 'has no effect: only a new posixGroup gets a number. Remove it'])
  if (source !== undefined && gitlabReads !== true)
    problems.push(['source', 'has no effect without gitlab_reads_this_ldap: true. Remove it'])
  return problems
}
