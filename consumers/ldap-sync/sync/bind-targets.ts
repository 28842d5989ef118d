import { dnKey } from '../dn/dn-key.ts'
import type { Rule } from '../mapping/mapping.ts'
import { keysOf, targetsOf } from '../mapping/targets-of.ts'
import { type Container, containerKeyOf, loadContainers } from '../state/containers.ts'
import { insertTarget, loadTargets, type Target } from '../state/targets.ts'
import type { SyncContext } from './sync-context.ts'

/** The LDAP groups that the mapping names now, with the groups and projects that fill them. */
export interface Bound {
  target: Target
  container: Container
  rule: Rule
  /** The DN that the mapping gives it, with the path that the group or project has now. */
  wantedDn: string
  since: 'before' | 'now'
}

/**
 * Binds each rule of the mapping to one group or project, once. A path that is used again by another group
 * later leads to no LDAP group any more: whoever may create a GitLab group must not fill an LDAP group by its
 * name.
 */
export const bindTargets = async (context: SyncContext): Promise<Bound[]> => {
  const { pool, mapping, logger } = context
  const targets = new Map((await loadTargets(pool)).map((target) => [target.ruleKey, target]))
  const isCaseExact = await context.isCaseExact()
  const bound: Bound[] = []
  for (const { rule, container } of await containersOf(context, targets)) {
    for (const { key, dn, access, origin, gid } of targetsOf(mapping, rule, container.path ?? rule.path)) {
      const { instance, kind, id } = container
      const fresh = { ruleKey: key, container: { instance, kind, id }, access, dn, origin, gid }
      const known = targets.get(key)
      const target =
        known ?? (await insertTarget(pool, { ...fresh, dnKey: dnKey(dn, isCaseExact), state: 'planned' }))
      const since = known === undefined ? 'now' : 'before'
      if (target === undefined)
        logger.error('two rules of the mapping lead to one LDAP group: the second one is not used', { dn })
      else bound.push({ target: { ...target, access }, container, rule, wantedDn: dn, since })
    }
  }
  return bound
}

/** Each rule with the group or project that it is bound to, or that has its path now. */
const containersOf = async (
  { pool, mapping }: SyncContext,
  targets: ReadonlyMap<string, Target>,
): Promise<{ rule: Rule; container: Container }[]> => {
  const rules = mapping.mirror.map((rule) => ({
    rule,
    known: keysOf(rule).flatMap((key) => targets.get(key)?.container ?? [])[0],
  }))
  const containers = await loadContainers(pool, {
    known: rules.flatMap(({ known }) => known ?? []),
    wanted: rules.flatMap(({ rule, known }) => (known === undefined ? [rule] : [])),
  })
  const byKey = new Map(containers.map((each) => [containerKeyOf(each), each]))
  return rules.flatMap(({ rule, known }) => {
    const container =
      known === undefined
        ? containers.find((each) => isNamedBy(each, rule))
        : byKey.get(containerKeyOf(known))
    return container === undefined ? [] : [{ rule, container }]
  })
}

/** A group that GitLab is about to delete is not bound, and one that is gone neither. */
const isNamedBy = ({ kind, id, path, state }: Container, rule: Rule): boolean =>
  kind === rule.kind && state === 'active' && (rule.id === undefined ? path === rule.path : rule.id === id)
