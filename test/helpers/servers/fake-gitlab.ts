import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { markedBody } from '../records/marked-body.ts'
import { type PostedHook, postHook } from '../records/post-hook.ts'

// GitLab's rules for disabling a project or group hook:
// https://docs.gitlab.com/user/project/integrations/webhooks/#auto-disabled-webhooks
const failuresUntilPause = 4
const failuresUntilDisabled = 40
const firstPauseMs = 60_000
const longestPauseMs = 24 * 60 * 60_000
const timeoutMs = 10_000

/** The result of one delivery. */
export type Delivery = 'success' | 'failure'

/** The state that GitLab keeps for a hook. */
export interface HookState {
  /**
   * Whether GitLab delivers an event at this time, in milliseconds of any clock.
   * Otherwise it drops the event.
   */
  isExecutable(now: number): boolean
  record(delivery: Delivery, now: number): void
  readonly alert: 'executable' | 'temporarily_disabled' | 'disabled'
  readonly disabledUntil: number
}

/** @param speed how many times faster than GitLab's the pauses pass */
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
      if (failures >= failuresUntilDisabled) alert = 'disabled'
      else if (failures >= failuresUntilPause) {
        pauseMs = pauseMs === 0 ? firstPauseMs : Math.min(pauseMs * 2, longestPauseMs)
        disabledUntil = now + pauseMs / speed
        alert = 'temporarily_disabled'
      }
    },
  }
}

/**
 * An answer of 2xx or 3xx within ten seconds is a success.
 * Everything else is a failure, also no answer at all.
 */
export const deliveryOf = ({ status, tookMs }: Pick<PostedHook, 'status' | 'tookMs'>): Delivery =>
  status !== undefined && status >= 200 && status < 400 && tookMs <= timeoutMs ? 'success' : 'failure'

/** A GitLab with one hook, for a project in which an event happens at regular intervals. */
export interface FakeGitlab {
  readonly posted: readonly PostedHook[]
  /** How many events were never sent because the hook was disabled. */
  readonly dropped: number
  readonly state: HookState
  /** Every state of the hook other than executable, in order. */
  readonly alerts: readonly HookState['alert'][]
  /** Sends no further hooks; resolves when those under way are answered. */
  stop(): Promise<void>
}

export interface FakeGitlabOptions {
  url(): string
  token: string
  everyMs: number
  /** How many times faster than GitLab's the pauses of the hook pass. */
  speed: number
}

export const startFakeGitlab = ({ url, token, everyMs, speed }: FakeGitlabOptions): FakeGitlab => {
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
    const result = typeof answer === 'string' ? withoutAnswer(id, answer) : answer
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

const withoutAnswer = (id: string, reason: 'late' | 'refused'): PostedHook => ({
  id,
  status: undefined,
  outcome: undefined,
  topic: undefined,
  reason,
  tookMs: reason === 'late' ? timeoutMs + 1 : 0,
})
