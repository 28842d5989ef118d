import type { Hook } from '../../hook.ts'
import { SpoolFullError } from '../spool-full-error.ts'

/**
 * Appends the hooks to the spool in one write. If the spool has no room for all of them, it gets as many as
 * fit, oldest first, at least half as many as there is room for.
 *
 * @returns how many hooks are on disk
 * @throws the error of the append if none of them is on disk
 */
export const appendWhatFits = async (
  hooks: readonly Hook[],
  appendAll: (hooks: readonly Hook[]) => Promise<void>,
): Promise<number> => {
  for (let count = hooks.length; ; count = Math.floor(count / 2)) {
    try {
      await appendAll(hooks.slice(0, count))
      return count
    } catch (error) {
      if (!(error instanceof SpoolFullError) || count <= 1) throw error
    }
  }
}
