import autocannon from 'autocannon'
import { createAnswers } from './answers.ts'
import type { LoadOrder, LoadResult } from './load.ts'

/** Each connection sends its next hook when the previous one is answered. */
export const closedLoop = ({
  url,
  headers,
  body,
  connections,
  maxHooks,
  maxSeconds,
}: LoadOrder): Promise<LoadResult> =>
  new Promise((resolve, reject) => {
    const answers = createAnswers()
    const startedAt = performance.now()
    const run = autocannon(
      {
        url,
        method: 'POST',
        headers: { ...headers },
        body,
        connections,
        amount: Math.max(maxHooks, connections),
        timeout: 20,
      },
      (error: Error | null) => {
        clearTimeout(timer)
        if (error) return reject(error)
        resolve(answers.result((lastAt - startedAt) / 1000))
      },
    )
    let lastAt = startedAt
    const timer = setTimeout(() => run.stop(), maxSeconds * 1000)
    run.on('response', (_client, status, _bytes, ms) => {
      lastAt = performance.now()
      answers.add(status, ms)
    })
    run.on('reqError', () => answers.fail(1))
  })
