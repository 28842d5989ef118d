import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { untilCount } from '../process/until-count.ts'
import { markedBody } from '../records/marked-body.ts'
import { type PostedHook, postHook } from '../records/post-hook.ts'

export interface HookLoad {
  readonly posted: readonly PostedHook[]
  /** How many hooks have been sent and not answered yet. */
  underWay(): number
  /** Waits until so many further hooks have been answered. */
  untilAnswered(count: number): Promise<void>
  /** Sends no further hooks; resolves when those under way are answered. */
  stop(): Promise<void>
}

export interface HookLoadOptions {
  /** Where hooks go: to the first address that does not refuse the connection, as behind a load balancer. */
  urls(): readonly string[]
  token: string
  perSecond: number
}

/** Posts hooks at a steady rate. It does not wait for answers, because GitLab does not wait either. */
export const startHookLoad = ({ urls, token, perSecond }: HookLoadOptions): HookLoad => {
  const posted: PostedHook[] = []
  const underWay = new Set<Promise<void>>()
  const startedAt = performance.now()
  let sent = 0
  const sendDue = () => {
    const due = ((performance.now() - startedAt) / 1000) * perSecond
    for (; sent < due; sent++) {
      const id = randomUUID()
      const posting = postToFirst(urls(), token, id, markedBody(id, sent)).then((answer) => {
        posted.push(answer)
        underWay.delete(posting)
      })
      underWay.add(posting)
    }
  }
  // The timer does not keep the test process alive where a failed test does not stop the load.
  const timer = setInterval(sendDue, 20).unref()
  return {
    posted,
    underWay: () => underWay.size,
    untilAnswered: (count) => untilCount(posted, posted.length + count),
    stop: async () => {
      clearInterval(timer)
      // A timer that keeps the process alive while a hook waits for its answer.
      while (underWay.size > 0) await Promise.race([Promise.all(underWay), sleep(100)])
    },
  }
}

/**
 * Tries the next address only where the connection was refused: in every other case the hook may have been
 * kept.
 */
const postToFirst = async (
  urls: readonly string[],
  token: string,
  id: string,
  body: Buffer,
): Promise<PostedHook> => {
  const startedAt = performance.now()
  for (const url of urls) {
    const answer = await postHook(url, token, id, body)
    if (answer !== 'refused') return answer
  }
  return {
    id,
    status: undefined,
    outcome: undefined,
    topic: undefined,
    reason: 'refused',
    tookMs: performance.now() - startedAt,
  }
}
