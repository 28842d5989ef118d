import { query } from '../../../lib/database.ts'
import { messageOf } from '../../../lib/errors.ts'
import { converge } from './converge.ts'
import { containerKeyOf } from './plan-all.ts'
import { reconcile } from './reconcile.ts'
import type { SyncContext } from './sync-context.ts'

/** What happens without an event: reconciliations, and memberships that expire. */
export interface Schedule {
  /** To be called when the worker has handled records. */
  handled(): void
  stop(): Promise<void>
}

export interface ScheduleTimes {
  /** Time of day in UTC such as `02:30`, or `off`: then none at the start either. */
  reconcileAt: string
  tickMs: number
  /** The first reconciliation waits until no record was handled for so long. */
  quietMs: number
}

/**
 * A reconciliation in the middle of old events would compare the directory with a state of long ago, for
 * example after the database was restored from a dump. So the first one waits until the worker has caught up.
 */
export const startSchedule = (context: SyncContext, times: ScheduleTimes): Schedule => {
  let lastHandledAt = context.now()
  let reconciledOn: string | undefined
  let expiredUntil = context.now()
  let running: Promise<void> = Promise.resolve()
  let isBusy = false

  const tick = async () => {
    const now = context.now()
    await convergeExpired(context, expiredUntil, now)
    expiredUntil = now
    if (times.reconcileAt === 'off' || now - lastHandledAt < times.quietMs) return
    const [day, time = ''] = new Date(now).toISOString().split('T')
    const isFirst = reconciledOn === undefined
    if (!isFirst && (reconciledOn === day || time < times.reconcileAt)) return
    const { changes, holds, run } = await reconcile(context)
    reconciledOn = isFirst && time < times.reconcileAt ? 'at the start' : day
    context.logger.info('directory and GitLab were compared', { differences: changes.length, holds, run })
  }
  const timer = setInterval(() => {
    if (isBusy) return
    isBusy = true
    running = tick()
      .catch((error: unknown) => {
        context.logger.warn('directory and GitLab could not be compared', { error: messageOf(error) })
      })
      .finally(() => {
        isBusy = false
      })
  }, times.tickMs)
  return {
    handled: () => {
      lastHandledAt = context.now()
    },
    stop: async () => {
      clearInterval(timer)
      await running
    },
  }
}

/** GitLab may send no hook at the moment when a membership expires. */
export const convergeExpired = async (context: SyncContext, from: number, until: number): Promise<void> => {
  const rows = await query<{ instance: string; kind: 'group' | 'project'; id: string; users: string[] }>(
    context.pool,
    `select instance, kind, container_id as id, array_agg(user_id) as users from ldap_sync.memberships
      where expires_at > $1 and expires_at <= $2 and step < 2 group by instance, kind, container_id`,
    [new Date(from), new Date(until)],
  )
  if (rows.length === 0) return
  const containers = new Map(
    rows.map(({ instance, kind, id, users }) => [
      containerKeyOf({ instance, kind, id: Number(id) }),
      new Set(users.map(Number)),
    ]),
  )
  await converge(context, { containers, usernames: [] }, { cause: 'expiry' })
}
