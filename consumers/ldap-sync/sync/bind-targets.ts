import { dnKey } from '../dn/dn-key.ts'
import type { Rule } from '../mapping/mapping.ts'
import { keysOf, targetsOf } from '../mapping/targets-of.ts'
import { type Container, isSameContainer, loadContainers } from '../state/containers.ts'
import { insertTarget, loadTargets, type Target } from '../state/targets.ts'
import type { SyncContext } from './sync-context.ts'

/** The LDAP groups that the mapping names now, with the groups and projects that fill them. */
export interface Bound {
  target: Target
  container: Container
  rule: Rule
  /** The DN that the mapping gives it, with the path that the group or project has now. */
  wantedDn: string
}

/**
 * Binds each rule of the mapping to one group or project, once. A path that is used again by another group
 * later leads to no LDAP group any more: whoever may create a GitLab group must not fill an LDAP group by its
 * name.
 */
export const bindTargets = async (context: SyncContext): Promise<Bound[]> => {
  const { pool, mapping, logger } = context
  const [containers, targets] = await Promise.all([loadContainers(pool), loadTargets(pool)])
  const isCaseExact = await context.isCaseExact()
  const bound: Bound[] = []
  for (const rule of mapping.mirror) {
    const keys = keysOf(rule)
    const known = targets.find(({ ruleKey }) => keys.includes(ruleKey))
    const container = containers.find((each) =>
      known === undefined ? isNamedBy(each, rule) : isSameContainer(each, known.container),
    )
    if (container === undefined) continue
    for (const { key, dn, access, origin, gid } of targetsOf(mapping, rule, container.path ?? rule.path)) {
      const { instance, kind, id } = container
      const fresh = { ruleKey: key, container: { instance, kind, id }, access, dn, origin, gid }
      const target =
        targets.find(({ ruleKey }) => ruleKey === key) ??
        (await insertTarget(pool, { ...fresh, dnKey: dnKey(dn, isCaseExact), state: 'planned' }))
      if (target === undefined)
        logger.error('two rules of the mapping lead to one LDAP group: the second one is not used', { dn })
      else bound.push({ target: { ...target, access }, container, rule, wantedDn: dn })
    }
  }
  return bound
}

/** A group that GitLab is about to delete is not bound, and one that is gone neither. */
const isNamedBy = ({ kind, id, path, state }: Container, rule: Rule): boolean =>
  kind === rule.kind && state === 'active' && (rule.id === undefined ? path === rule.path : rule.id === id)
