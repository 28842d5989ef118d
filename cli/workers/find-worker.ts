import type { Consumer } from '../../consumers/consumer.ts'
import { consumers } from '../../consumers/index.ts'
import { logFollowers } from '../../consumers/workers.ts'
import { UsageError } from '../../lib/errors.ts'
import { unknownName } from '../options/unknown-name.ts'

/**
 * The worker with this name, which reads in a consumer group.
 *
 * @throws UsageError listing the workers that exist
 */
export const findWorker = (name: string, workers: readonly Consumer[] = consumers): Consumer => {
  const worker = workers.find((candidate) => candidate.name === name)
  if (logFollowers.some((follower) => follower.name === name))
    throw new UsageError(
      `The worker ${name} follows the log without a consumer group, ` +
        'so it has no offsets and no dead letters.',
    )
  if (worker === undefined)
    throw unknownName(
      'worker',
      [name],
      workers.map((each) => each.name),
    )
  return worker
}
