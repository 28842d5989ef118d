import type { Deliver, Delivered, DeliverOptions } from '../../../ingress/deliver.ts'
import type { Hook } from '../../../ingress/hook.ts'
import type { Kept } from '../../../ingress/outcome.ts'

/**
 * A delivery whose result is that of a function. The function runs in the tick of the call.
 *
 * @param topicOf the topic of the record of a hook
 */
export const deliverBy =
  (
    attempt: (hook: Hook, options: DeliverOptions) => Promise<Kept>,
    topicOf: (hook: Hook) => string | undefined = () => undefined,
  ): Deliver =>
  (hook, options) => {
    let isSettled = false
    const settle = (delivered: Delivered) => {
      if (isSettled) return
      isSettled = true
      options.onSettled(delivered)
    }
    attempt(hook, options).then(
      (kept) => settle({ kept }),
      (error: unknown) => settle({ error }),
    )
    return { topic: topicOf(hook), withdraw: (error) => settle({ error }) }
  }

/** Waits for the result of a delivery. @throws the error of the delivery */
export const delivered = (
  deliver: Deliver,
  hook: Hook,
  options: Partial<DeliverOptions> = {},
): Promise<Kept> =>
  new Promise((resolve, reject) => {
    deliver(hook, {
      ...options,
      onSettled: (result) => ('kept' in result ? resolve(result.kept) : reject(result.error)),
    })
  })
