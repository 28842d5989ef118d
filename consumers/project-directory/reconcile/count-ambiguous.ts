import { type Pool, query } from '../../../lib/database.ts'
import { messageOf } from '../../../lib/errors.ts'
import type { Logger } from '../../../lib/logger.ts'
import type { DirectoryMetrics } from '../metrics.ts'

const everyMs = 5 * 60_000

/** Counts now and every five minutes how many answers are a guess. @returns a function that ends it */
export const startCountingAmbiguous = (
  pool: Pool,
  metrics: Pick<DirectoryMetrics, 'ambiguous'>,
  logger: Logger,
): (() => Promise<void>) => {
  let running = Promise.resolve()
  const count = () => {
    running = countAmbiguous(pool, metrics).catch((error: unknown) => {
      logger.warn('the guesses of the directory cannot be counted, this is tried again', {
        error: messageOf(error),
      })
    })
  }
  count()
  const timer = setInterval(count, everyMs).unref()
  return async () => {
    clearInterval(timer)
    await running
  }
}

/** What was destroyed or deleted does not count: no answer shows it. */
export const countAmbiguous = async (pool: Pool, metrics: Pick<DirectoryMetrics, 'ambiguous'>) => {
  const [row] = await query<{ holders: string; refs: string }>(
    pool,
    `select (select count(*) from project_directory.holders
              where is_ambiguous and state <> 'destroyed') as holders,
            (select count(*) from project_directory.refs where is_ambiguous and sha is not null) as refs`,
    [],
  )
  metrics.ambiguous.set({ object: 'holder' }, Number(row?.holders ?? 0))
  metrics.ambiguous.set({ object: 'ref' }, Number(row?.refs ?? 0))
}
