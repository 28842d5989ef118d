import { setTimeout as sleep } from 'node:timers/promises'
import { setUp } from '../../../cli/setup/set-up.ts'
import { RetriableError } from '../../../lib/errors.ts'

const attempts = 6
const waitMs = 1000

/** Sets up as `bridge setup` does: it tries again while a server that has just been started is too slow. */
export const setUpPatiently = async (
  ...[env, logger, workers, options]: Parameters<typeof setUp>
): Promise<void> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await setUp(env, logger, workers, options)
    } catch (error) {
      if (!(error instanceof RetriableError) || attempt === attempts) throw error
      await sleep(waitMs)
    }
  }
}
