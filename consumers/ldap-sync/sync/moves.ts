import { ldapFailureOf } from '../directory/ldap-failure.ts'
import { readGroup } from '../directory/read-group.ts'
import { dnKey } from '../dn/dn-key.ts'
import { formatDn } from '../dn/format-dn.ts'
import { parseDn } from '../dn/parse-dn.ts'
import type { MoveChange, Proposed } from '../plan/change.ts'
import type { Operation } from '../plan/operation.ts'
import { noteOutcome, noteSending, type Run, settleLostAnswer } from '../state/journal.ts'
import { setTargetDn, setTargetState, type Target } from '../state/targets.ts'
import type { Bound } from './bind-targets.ts'
import { hasOwnMembers } from './plan-target.ts'
import { sendNoted } from './send.ts'
import type { SyncContext } from './sync-context.ts'

/**
 * Whether an LDAP group must be renamed, because its group was, or archived, because its group is gone. It is
 * never deleted. A group that GitLab has only scheduled for deletion keeps its name.
 */
export const planMove = async (
  context: SyncContext,
  { target, container, wantedDn }: Bound,
): Promise<Proposed | undefined> => {
  if (target.origin !== 'created' || container.state === 'deletion_scheduled') return undefined
  const isCaseExact = await context.isCaseExact()
  const propose = (kind: MoveChange['kind'], newDn: string): Proposed => ({
    change: { kind, dn: target.dn, newDn },
    targetId: target.id,
    userId: undefined,
    dnKey: target.dnKey,
  })
  if (container.state === 'destroyed') {
    const { archive } = context.mapping.groups
    if (archive === undefined || target.state !== 'present') return undefined
    const [name = []] = parseDn(target.dn)
    return propose('archive_group', formatDn([name, ...parseDn(archive)]))
  }
  const wantedKey = dnKey(wantedDn, isCaseExact)
  if (wantedKey === target.dnKey) return undefined
  if (target.state === 'present') return propose('rename_group', wantedDn)
  if (target.state === 'planned') await setTargetDn(context.pool, target, wantedDn, wantedKey)
  return undefined
}

/** Renames or archives an LDAP group. A name that another entry has is left to it. */
export const executeMove = async (
  context: SyncContext,
  run: Run,
  target: Pick<Target, 'id' | 'dnKey'>,
  item: Proposed & { change: MoveChange },
): Promise<void> => {
  const { pool, metrics, logger } = context
  const { kind, dn, newDn } = item.change
  const operation: Operation = { op: 'rename', dn, newDn }
  const entry = { operation, dnKey: target.dnKey, targetId: target.id, users: {}, removals: 1, additions: 0 }
  const id = await noteSending(pool, run, entry)
  try {
    await sendNoted(context, id, operation, [item])
    await noteOutcome(pool, id, 'done')
  } catch (error) {
    const failure = ldapFailureOf(error)
    if (failure !== 'exists' && failure !== 'absent') throw error
    const isDone =
      failure === 'absent' &&
      (await isOurs(context, target, newDn)) &&
      (await settleLostAnswer(pool, target.id, operation))
    if (!isDone) {
      metrics.changes.inc({ kind, outcome: 'failed' })
      const because = failure === 'exists' ? 'another entry has the name' : 'it is gone'
      logger.warn('an LDAP group cannot be renamed', { because, dn, newDn })
      return
    }
  }
  await setTargetDn(pool, target, newDn, dnKey(newDn, await context.isCaseExact()))
  if (kind === 'archive_group') await setTargetState(pool, target, 'archived')
  metrics.changes.inc({ kind, outcome: 'done' })
}

/** Whether an entry is the one of the worker, under its new name. */
const isOurs = async (context: SyncContext, target: Pick<Target, 'id'>, dn: string): Promise<boolean> => {
  const { attribute, memberCount } = context.shape
  const reading = await readGroup(context.client, { dn, attribute, memberCount, markerAttribute: undefined })
  return reading.kind === 'present' && (await hasOwnMembers(context, target, reading.values))
}
