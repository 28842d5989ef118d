import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { markedBody } from '../records/marked-body.ts'
import { type PostedHook, postHook } from '../records/post-hook.ts'

// The rules by which GitLab disables a project or group hook:
// https://docs.gitlab.com/user/project/integrations/webhooks/#auto-disabled-webhooks
const failuresUntilPause = 4
const failuresUntilTheEnd = 40
const firstPauseMs = 60_000
const longestPauseMs = 24 * 60 * 60_000
const timeoutMs = 10_000

/** How one delivery went. */
export type Delivery = 'success' | 'failure'

/** A hook as GitLab keeps it. */
export interface HookState {
  /** Whether an event at this time, in milliseconds of any clock, is delivered; else it is dropped. */
  isExecutable(now: number): boolean
  record(delivery: Delivery, now: number): void
  readonly alert: 'executable' | 'temporarily_disabled' | 'disabled'
  readonly disabledUntil: number
}

/** @param speed how much faster than GitLab's its pauses pass */
export const createHookState = (speed = 1): HookState => {
  let failures = 0
  let pauseMs = 0
  let disabledUntil = 0
  let alert: HookState['alert'] = 'executable'
  return {
    get alert() {
      return alert
    },
    get disabledUntil() {
      return disabledUntil
    },
    isExecutable: (now) => {
      if (alert === 'temporarily_disabled' && now >= disabledUntil) alert = 'executable'
      return alert === 'executable'
    },
    record: (delivery, now) => {
      if (delivery === 'success') {
        failures = 0
        pauseMs = 0
        alert = 'executable'
        return
      }
      failures += 1
      if (failures >= failuresUntilTheEnd) alert = 'disabled'
      else if (failures >= failuresUntilPause) {
        pauseMs = pauseMs === 0 ? firstPauseMs : Math.min(pauseMs * 2, longestPauseMs)
        disabledUntil = now + pauseMs / speed
        alert = 'temporarily_disabled'
      }
    },
  }
}

/** 2xx and 3xx are success; everything else, no answer within ten seconds too, is failure. */
export const deliveryOf = ({ status, tookMs }: Pick<PostedHook, 'status' | 'tookMs'>): Delivery =>
  status !== undefined && status >= 200 && status < 400 && tookMs <= timeoutMs ? 'success' : 'failure'

/** A GitLab with one hook, whose project has an event every now and then. */
export interface FakeGitlab {
  readonly posted: readonly PostedHook[]
  /** Events that were never sent, since the hook was disabled. */
  readonly dropped: number
  readonly state: HookState
  /** Every state the hook has been in but executable. */
  readonly alerts: readonly HookState['alert'][]
  /** Resolves when the hooks under way are answered. */
  stop(): Promise<void>
}

export const startFakeGitlab = (
  url: () => string,
  token: string,
  everyMs: number,
  speed: number,
): FakeGitlab => {
  const state = createHookState(speed)
  const posted: PostedHook[] = []
  const alerts: HookState['alert'][] = []
  const underWay = new Set<Promise<void>>()
  let dropped = 0
  let number = 0

  const deliver = async () => {
    const id = randomUUID()
    const limit = sleep(timeoutMs, 'late' as const, { ref: false })
    const answer = await Promise.race([postHook(url(), token, id, markedBody(id, number++)), limit])
    const result: PostedHook =
      typeof answer === 'string'
        ? {
            id,
            status: undefined,
            outcome: undefined,
            topic: undefined,
            reason: answer,
            tookMs: answer === 'late' ? timeoutMs + 1 : 0,
          }
        : answer
    posted.push(result)
    state.record(deliveryOf(result), performance.now())
    if (state.alert !== 'executable') alerts.push(state.alert)
  }

  const timer = setInterval(() => {
    if (!state.isExecutable(performance.now())) {
      dropped += 1
      return
    }
    const delivering = deliver().finally(() => underWay.delete(delivering))
    underWay.add(delivering)
  }, everyMs).unref()

  return {
    posted,
    state,
    alerts,
    get dropped() {
      return dropped
    },
    stop: async () => {
      clearInterval(timer)
      while (underWay.size > 0) await Promise.all(underWay)
    },
  }
}
