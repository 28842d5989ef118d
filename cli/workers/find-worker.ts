import type { Consumer } from '../../consumers/consumer.ts'
import { consumers } from '../../consumers/index.ts'
import { unknownName } from '../options/unknown-name.ts'

/** The worker with this name. @throws UsageError listing the workers that exist */
export const findWorker = (name: string, workers: readonly Consumer[] = consumers): Consumer => {
  const worker = workers.find((candidate) => candidate.name === name)
  if (worker === undefined)
    throw unknownName(
      'worker',
      [name],
      workers.map((each) => each.name),
    )
  return worker
}
