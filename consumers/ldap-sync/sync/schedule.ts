import { query } from '../../../lib/database.ts'
import { messageOf } from '../../../lib/errors.ts'
import { containerKeyOf } from '../state/containers.ts'
import { converge } from './converge.ts'
import { finishCatchUp } from './finish-catch-up.ts'
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
  let running: Promise<void> | undefined
  const expire = createExpiry(context)
  const reconcileWhenDue = createReconciliations(context, times)
  const probe = createProbe(context)

  const tick = async () => {
    const now = context.now()
    await probe(now)
    if (context.catchUp.phase() !== 'over') {
      if (now - context.catchUp.lastReadAt() >= times.quietMs) context.catchUp.giveUp()
      if (context.catchUp.phase() === 'read') await finishCatchUp(context)
      return
    }
    await expire(now)
    if (now - lastHandledAt >= times.quietMs) await reconcileWhenDue(now)
  }
  const timer = setInterval(() => {
    running ??= tick()
      .catch((error: unknown) => {
        context.logger.warn('directory and GitLab could not be compared', { error: messageOf(error) })
      })
      .finally(() => {
        running = undefined
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

/** Reconciles at the start, and after that every day at the configured time. */
const createReconciliations = (context: SyncContext, { reconcileAt }: ScheduleTimes) => {
  let reconciledOn: string | undefined
  return async (now: number): Promise<void> => {
    if (reconcileAt === 'off') return
    const [day, time = ''] = new Date(now).toISOString().split('T')
    const isFirst = reconciledOn === undefined
    if (!isFirst && (reconciledOn === day || time < reconcileAt)) return
    const { changes, holds, run } = await reconcile(context).catch((error: unknown) => {
      context.metrics.reconcileFailing.set(1)
      throw error
    })
    context.metrics.reconcileFailing.set(0)
    reconciledOn = isFirst && time < reconcileAt ? 'at the start' : day
    context.logger.info('directory and GitLab were compared', { differences: changes.length, holds, run })
  }
}

/** Memberships that ended while the worker was stopped are found at the start. */
const createExpiry = (context: SyncContext) => {
  let expiredUntil = 0
  return async (now: number): Promise<void> => {
    await convergeExpired(context, expiredUntil, now)
    expiredUntil = now
  }
}

const probeEveryMs = 60_000

/** Without events, nobody would notice that the server is down or refuses the login. */
const createProbe = ({ client }: SyncContext) => {
  let probedAt = 0
  return async (now: number): Promise<void> => {
    if (now - probedAt < probeEveryMs) return
    probedAt = now
    // The metrics and the log of the connection tell about a failure.
    await client
      .search({ base: '', scope: 'base', attributes: ['1.1'], size: 'small' })
      .catch(() => undefined)
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
