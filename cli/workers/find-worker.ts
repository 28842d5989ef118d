import type { Consumer } from '../../consumers/consumer.ts'
import { consumers } from '../../consumers/index.ts'
import { UsageError } from '../../lib/errors.ts'

/** The worker of that name. @throws UsageError naming those there are */
export const findWorker = (name: string, workers: readonly Consumer[] = consumers): Consumer => {
  const worker = workers.find((candidate) => candidate.name === name)
  if (worker === undefined)
    throw new UsageError(
      `there is no worker ${name}; there are ${workers.map((each) => each.name).join(', ')}`,
    )
  return worker
}
