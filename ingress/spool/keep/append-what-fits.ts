import type { Hook } from '../../hook.ts'
import { lacksRoom } from '../spool-full-error.ts'

/** One append takes no more than so many bytes of bodies, or one hook. The disk has little time for each. */
const portionBytes = 32 * 1024 * 1024

/**
 * Appends the hooks to the spool, in portions: a disk that is too slow for all of them in time takes some. If
 * the spool or its disk has no room for all of them, it gets as many as fit, oldest first, at least half as
 * many as there is room for.
 *
 * @returns how many hooks are on disk
 * @throws the error of the append if none of them is on disk
 */
export const appendWhatFits = async (
  hooks: readonly Hook[],
  appendAll: (hooks: readonly Hook[]) => Promise<void>,
): Promise<number> => {
  let done = 0
  for (const portion of portionsOf(hooks)) {
    try {
      const count = await appendPortion(portion, appendAll)
      done += count
      if (count < portion.length) break
    } catch (error) {
      if (done === 0) throw error
      break
    }
  }
  return done
}

const portionsOf = (hooks: readonly Hook[]): Hook[][] => {
  const portions: Hook[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const hook of hooks) {
    bytes += hook.body.length
    if (bytes <= portionBytes) portions.at(-1)?.push(hook)
    else {
      portions.push([hook])
      bytes = hook.body.length
    }
  }
  return portions
}

/** @returns how many hooks of the portion are on disk: all, or as many as there is room for */
const appendPortion = async (
  hooks: readonly Hook[],
  appendAll: (hooks: readonly Hook[]) => Promise<void>,
): Promise<number> => {
  for (let count = hooks.length; ; count = Math.floor(count / 2)) {
    try {
      await appendAll(hooks.slice(0, count))
      return count
    } catch (error) {
      if (!lacksRoom(error) || count <= 1) throw error
    }
  }
}
