import type { Batch } from 'kafkajs'
import { addAccount, sumOf } from '../../../lib/metrics/accounts.ts'
import type { Metrics } from '../../../lib/metrics/metrics.ts'

/** Counts the messages that the worker has moved past, for the accounts. */
export interface PassedMessages {
  count: number
}

/**
 * Makes the function that is called when the offset of a batch moves. It counts by the offsets of the batch,
 * and not by what the handler returned: the two numbers must agree.
 */
export const createCountPassed = ({ messages }: Pick<Batch, 'messages'>, passed: PassedMessages) => {
  let index = 0
  return (next: number): void => {
    while (index < messages.length && Number(messages[index]?.offset) < next) {
      index += 1
      passed.count += 1
    }
  }
}

/** Every message that the worker has moved past must have an outcome. */
export const accountForMessages = (metrics: Metrics): PassedMessages => {
  const passed = { count: 0 }
  addAccount(metrics, 'worker', async () => {
    const { count } = passed
    return count - (await sumOf(metrics, 'gitlab_bridge_consumer_handled_total'))
  })
  return passed
}
