import { setTimeout as sleep } from 'node:timers/promises'
import { headersOf, postHook } from './post-hook.ts'
import { type ToldHook, tellStory } from './story.ts'
import type { SimulationTarget } from './target.ts'

export interface SimulateOptions {
  seed: string
  /** Time of the first hook, in milliseconds since 1970. */
  begin: number
  /** Hooks for each second. */
  rate: number
  /** How many hooks; undefined: no end. */
  count: number | undefined
}

/** Event → how many hooks of it were sent. */
export type Sent = ReadonlyMap<string, number>

/**
 * Posts the hooks of a story, one after the other, at the given rate. A hook that takes longer makes the next
 * ones go out at once, until the rate is reached again.
 *
 * @param signal ends it
 * @param warn receives why a hook must wait
 */
export const simulate = async (
  options: SimulateOptions,
  target: SimulationTarget,
  signal: AbortSignal,
  warn: (reason: string) => void,
): Promise<Sent> => {
  const sent = new Map<string, number>()
  const startedAt = performance.now()
  let told = 0
  try {
    for (const hook of hooksOf(options)) {
      const waitMs = startedAt + (told * 1000) / options.rate - performance.now()
      if (waitMs > 0) await sleep(waitMs, undefined, { signal })
      await postHook(target, hook, signal, warn)
      told += 1
      const event = eventOf(hook)
      sent.set(event, (sent.get(event) ?? 0) + 1)
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
  return sent
}

/** The hooks of a story, as many as the options say. */
export function* hooksOf({ count, ...options }: SimulateOptions): Generator<ToldHook, void> {
  const story = tellStory({ ...options, stepMs: 1000 / options.rate })
  for (let told = 0; count === undefined || told < count; told += 1) yield story.next().value
}

const eventOf = ({ body }: ToldHook): string => String(body.object_kind ?? body.event_name)

/** A hook as `--print` shows it: one JSON object on one line. */
export const printedHook = (hook: ToldHook): string =>
  JSON.stringify({ headers: headersOf(hook), body: hook.body })

/** `142 hooks: push 31, note 22, …`, the most frequent first. */
export const summaryOf = (sent: Sent): string => {
  const total = [...sent.values()].reduce((sum, count) => sum + count, 0)
  const parts = [...sent].sort(([, a], [, b]) => b - a).map(([event, count]) => `${event} ${count}`)
  return `${total} hooks${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`
}
