import type { Access } from './access.ts'
import { groupDn, groupName } from './group-name.ts'
import type { Mapping, Rule } from './mapping.ts'

/** One LDAP group that a rule of the mapping fills. */
export interface RuleTarget {
  /** Which rule, and which of its groups: the same as long as the mapping says the same. */
  key: string
  dn: string
  access: readonly Access[]
  origin: 'created' | 'adopted'
  gid: number | undefined
}

/** The LDAP groups of a rule, for a GitLab group or project that has this path now. */
export const targetsOf = (mapping: Mapping, rule: Rule, path: string): RuleTarget[] => {
  if (rule.adopt !== undefined)
    return [{ ...common(rule), dn: rule.adopt, access: rule.access, origin: 'adopted' }]
  const dnOf = (template: string, access: string) =>
    groupDn(groupName(template, path, access), mapping.groups.base)
  if (rule.into === 'one')
    return [
      {
        ...common(rule),
        dn: dnOf(rule.name ?? mapping.groups.name, 'members'),
        access: rule.access,
        origin: 'created',
      },
    ]
  const given = rule.name ?? mapping.groups.name
  const template = given.includes('{access}') ? given : `${given}-{access}`
  return rule.access.map((access, index) => ({
    key: `${keyOf(rule)} ${access}`,
    dn: dnOf(template, access),
    access: [access],
    origin: 'created',
    gid: rule.gid === undefined ? undefined : rule.gid + index,
  }))
}

/** The keys of all LDAP groups of a rule. */
export const keysOf = (rule: Rule): string[] =>
  rule.into === 'one' ? [keyOf(rule)] : rule.access.map((access) => `${keyOf(rule)} ${access}`)

/** A rule is known by the path that it lists, and by where it leads to. */
const keyOf = ({ kind, path, name, adopt, into }: Rule): string =>
  [kind, path, into, adopt ?? name ?? ''].join(' ')

const common = (rule: Rule) => ({ key: keyOf(rule), gid: rule.gid })
