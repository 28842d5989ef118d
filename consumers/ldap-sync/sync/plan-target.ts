import type { GroupShape } from '../directory/group-class.ts'
import { type GroupReading, readGroup } from '../directory/read-group.ts'
import { dnKey } from '../dn/dn-key.ts'
import { isIgnored } from '../mapping/ignored.ts'
import type { Proposed } from '../plan/change.ts'
import type { PersonEntry } from '../plan/person-entry.ts'
import { disown, disownEverything, loadOwnedValues, placeholderUser } from '../state/ownership.ts'
import { loadPairs, type Pair, type Users } from '../state/pairs.ts'
import { setTargetState, setUnreadable, type Target } from '../state/targets.ts'
import { bindPerson, followPerson } from './bind-person.ts'
import type { Bound } from './bind-targets.ts'
import type { SyncContext } from './sync-context.ts'

/** What should change in one LDAP group. */
export interface TargetPlan {
  target: Target
  reading: Extract<GroupReading, { kind: 'present' | 'absent' }>
  changes: Proposed[]
  /** Members that the worker did not add. */
  foreign: number
}

/**
 * Compares what GitLab says about some users with an LDAP group.
 *
 * @param absent what it means that a group which was there is gone: `unreadable`, or that it is made again
 * @returns undefined if the group is left alone: it cannot be read, or it is not ours
 */
export const planTarget = async (
  context: SyncContext,
  { target, container }: Bound,
  users: Users,
  absent: 'unreadable' | 'create' = 'unreadable',
): Promise<TargetPlan | undefined> => {
  if (container.state === 'destroyed') return undefined
  const { reading, state } = await readTarget(context, target, absent)
  if (reading === undefined) return undefined
  const pairs = await loadPairs(context.pool, target, users)
  const compared = await compare(context, { ...target, state }, pairs, reading)
  return { target: { ...target, state }, reading, ...compared }
}

type Readable = TargetPlan['reading']

const readTarget = async (
  context: SyncContext,
  target: Target,
  absent: 'unreadable' | 'create',
): Promise<{ reading: Readable | undefined; state: Target['state'] }> => {
  const { client, pool, shape, mapping, logger } = context
  const { marker } = mapping.groups
  const { attribute, memberCount } = shape
  const { dn } = target
  const reading = await readGroup(client, { dn, attribute, memberCount, markerAttribute: marker?.attribute })
  const leaveAlone = async (because: string) => {
    logger.warn('an LDAP group cannot be read completely, so that it is left alone', { dn, because })
    await setUnreadable(pool, target, true)
    return { reading: undefined, state: target.state }
  }
  if (reading.kind === 'unreadable') return leaveAlone(reading.because)
  if (reading.kind === 'absent') {
    if (target.origin === 'adopted') return leaveAlone('the mapping adopts it, and it does not exist')
    if (target.state === 'present' && absent === 'unreadable') return leaveAlone('it is gone')
    await setUnreadable(pool, target, false)
    return { reading, state: target.state }
  }
  const isOurs =
    target.origin === 'adopted' ||
    target.state === 'present' ||
    (target.state === 'creating' && (await hasOwnMembers(context, target, reading.values))) ||
    (marker !== undefined && reading.markers.includes(marker.value))
  const state = isOurs ? 'present' : 'conflict'
  if (state !== target.state) await setTargetState(pool, target, state)
  await setUnreadable(pool, target, false)
  if (isOurs) return { reading, state }
  await disownEverything(pool, target.id)
  if (target.state !== 'conflict')
    logger.warn('an LDAP group that the worker did not create has the name of one of its groups', { dn })
  return { reading: undefined, state }
}

/**
 * Whether an entry has all members that the worker added. The answer to a request that created or renamed the
 * entry was lost: without these members, it is one that somebody else has made meanwhile.
 */
export const hasOwnMembers = async (
  context: SyncContext,
  { id }: Pick<Target, 'id'>,
  values: readonly string[],
): Promise<boolean> => {
  const keyOf = await valueKeys(context)
  const present = new Set(values.map(keyOf))
  return (await loadOwnedValues(context.pool, id)).every((value) => present.has(keyOf(value)))
}

const compare = async (
  context: SyncContext,
  target: Target,
  pairs: readonly Pair[],
  reading: Readable,
): Promise<Pick<TargetPlan, 'changes' | 'foreign'>> => {
  const { pool, shape } = context
  const keyOf = await valueKeys(context)
  const present = new Map(
    (reading.kind === 'present' ? reading.values : []).map((value) => [keyOf(value), value]),
  )
  const changes: Proposed[] = []
  const propose = (kind: 'add_member' | 'remove_member', userId: number, value: string) =>
    changes.push({
      change: { kind, dn: target.dn, attribute: shape.attribute, value },
      targetId: target.id,
      userId,
      dnKey: target.dnKey,
    })
  // What the directory holds is removed in its own spelling.
  const heldAs = (value: string | undefined) => (value === undefined ? undefined : present.get(keyOf(value)))
  const { instance } = target.container
  /**
   * The value of a user, under the name that the entry has now. Where the entry is gone and the group does
   * not hold the value of the worker, this value is not the worker's any more: whoever adds it later owns it.
   */
  const valueNow = async ({ userId, entry, owned }: Pair) => {
    const now = entry === undefined ? 'not_known' : await followPerson(context, instance, userId, entry)
    if (typeof now === 'object') return memberValue(shape, now)
    const isGone = now === 'gone' && owned !== undefined && heldAs(owned) === undefined
    if (isGone && reading.kind === 'present') await disown(pool, target.id, userId)
    return undefined
  }
  for (const pair of pairs) {
    const { userId, owned } = pair
    const held = heldAs(owned)
    if (wants(context, target, pair)) {
      const known = memberValue(shape, pair.entry ?? (await bindPerson(context, instance, pair)))
      if (known === undefined || present.has(keyOf(known))) continue
      const value = pair.entry === undefined ? known : await valueNow(pair)
      if (value === undefined) continue
      if (!present.has(keyOf(value))) propose('add_member', userId, value)
      // The entry was renamed, and the server keeps the old name in the group.
      if (held !== undefined && keyOf(held) !== keyOf(value)) propose('remove_member', userId, held)
    } else if (held !== undefined) propose('remove_member', userId, held)
    else if (owned !== undefined && reading.kind === 'present') {
      // The value of the worker is gone. Either somebody removed it, or its entry has another name now.
      const value = await valueNow(pair)
      const renamed = value !== undefined && keyOf(value) !== keyOf(owned) ? heldAs(value) : undefined
      if (renamed !== undefined) propose('remove_member', userId, renamed)
      else if (value !== undefined) await disown(pool, target.id, userId)
    }
  }
  const ownedKeys = new Set(pairs.flatMap(({ owned }) => (owned === undefined ? [] : [keyOf(owned)])))
  const foreign = [...present.keys()].filter((key) => !ownedKeys.has(key)).length
  return { changes, foreign }
}

/** An entry without a user name cannot be a member of a group whose members are user names. */
const memberValue = ({ value }: GroupShape, entry: PersonEntry | undefined): string | undefined =>
  value === 'dn' ? entry?.dn : entry?.memberName || undefined

/** A function that gives equal texts for equal members. */
export const valueKeys = async (context: SyncContext): Promise<(value: string) => string> => {
  if (context.shape.value === 'name') return (value) => value
  const isCaseExact = await context.isCaseExact()
  return (value) => {
    try {
      return dnKey(value, isCaseExact)
    } catch {
      // A server can hold a value that is no DN. It equals nothing but itself.
      return `not a DN: ${value}`
    }
  }
}

const wants = ({ mapping, metrics, now }: SyncContext, target: Target, pair: Pair): boolean => {
  const { access, expiresAt, username, account, userId } = pair
  if (access === undefined || account !== 'active' || userId === placeholderUser) return false
  if (!target.access.includes(access) || (expiresAt !== undefined && expiresAt <= now())) return false
  if (!isIgnored(username ?? '', mapping.people.ignore)) return true
  metrics.skipped.inc({ reason: 'bot' })
  return false
}
