import { RetriableError } from '../../../lib/errors.ts'
import { reasonOf } from '../../../lib/http/read-series.ts'

const limitMs = 5000

/** Posts a text. Returns the status and the body of the answer. @throws RetriableError without an answer */
export const post = async (url: string, body: string): Promise<{ status: number; text: string }> => {
  try {
    const headers = { 'content-type': 'text/plain; charset=utf-8' }
    const signal = AbortSignal.timeout(limitMs)
    const answer = await fetch(url, { method: 'POST', body, headers, signal, redirect: 'error' })
    return { status: answer.status, text: await answer.text() }
  } catch (error) {
    throw new RetriableError(`${new URL(url).host} does not answer: ${reasonOf(error)}`, { cause: error })
  }
}
