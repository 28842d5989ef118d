import { RetriableError } from '../../../lib/errors.ts'
import type { Deliver } from '../../deliver.ts'
import type { Hook } from '../../hook.ts'
import type { Kept } from '../../outcome.ts'

/**
 * Delivers one hook by itself and waits for its acknowledgement.
 *
 * @param limitMs how long it may take, in milliseconds
 * @throws RetriableError after this time; the record may still be written. Else the error of the delivery.
 */
export const deliverWithin = async (limitMs: number, deliver: Deliver, hook: Hook): Promise<Kept> => {
  const { promise, resolve, reject } = Promise.withResolvers<Kept>()
  const { withdraw } = deliver(hook, {
    onSettled: (delivered) => ('kept' in delivered ? resolve(delivered.kept) : reject(delivered.error)),
  })
  const expire = () => withdraw(new RetriableError(`no acknowledgement within ${Math.round(limitMs)} ms`))
  const timer = setTimeout(expire, limitMs)
  try {
    return await promise
  } finally {
    clearTimeout(timer)
  }
}
