import { PermanentError, RetriableError } from '../../../lib/errors.ts'
import type { Logger } from '../../../lib/logger.ts'
import { createMutex } from '../../../lib/mutex.ts'
import type { Hook } from '../../hook.ts'
import type { IngressMetrics } from '../../metrics.ts'
import type { OutgoingMessage } from '../encode.ts'
import type { Prepared } from '../prepare.ts'
import type { QuarantineCause } from '../quarantine-cause.ts'
import { TopicUnavailableError } from '../topic-unavailable-error.ts'
import type { InHand } from './in-hand.ts'
import type { Job, MessageAroundBody, OnKey, Result } from './job.ts'
import type { Ended, LimitedChild } from './limited-child.ts'

export interface PrepareLargeOptions {
  /** Whether the hook is on disk: see `in-hand.ts`. */
  isSpooled: boolean
  /** Whether the messages are still wanted. A body that nobody waits for is not begun. */
  isWanted(): boolean
  /** Called as soon as the topic and the key of the record are known. */
  onKey: OnKey
}

/**
 * Makes the messages of a hook with a large body, in a child process with limits. The body may be hostile:
 * it must not hold up other hooks, nor end this process.
 *
 * @throws RetriableError if the child cannot be started, or if the ingress is stopping
 * @throws TopicUnavailableError as `createPrepare` says
 * @throws PermanentError if the process died twice while it prepared this hook
 */
export type PrepareLarge = (hook: Hook, options: PrepareLargeOptions) => Promise<Prepared>

export interface LargeBodies {
  prepare: PrepareLarge
  /** Whether the child process has started, so that the next body does not wait for its start. */
  isReady(): boolean
  /** Ends the child process. The hooks that wait for it are rejected. */
  stop(): void
}

export interface LargeBodiesOptions {
  child: LimitedChild
  /** What the messages of a hook depend on now. */
  facts(): Pick<Job, 'schemaIds' | 'maxBytesByTopic'>
  /** Remembers the hook of the spool that is being prepared; undefined: nothing is remembered. */
  inHand: InHand | undefined
  metrics: Pick<IngressMetrics, 'bodyLimits'>
  logger: Logger
}

/** A hook that was in hand at so many deaths of a process is not prepared again. */
const maxDeaths = 2

/** So many hooks that ended their process are remembered, so that they are not parsed again. */
const maxRemembered = 1000

/** Prepares large bodies in a child process, one after the other: two at once would need twice the memory. */
export const createLargeBodies = (options: LargeBodiesOptions): LargeBodies => {
  const { inHand, child } = options
  const oneAtATime = createMutex()
  const prepareInChild = createPrepareInChild(options)
  let isStopped = false

  const prepareSpooled = async (hook: Hook, onKey: OnKey): Promise<Prepared> => {
    if (inHand === undefined) return prepareInChild(hook, onKey)
    const deaths = await inHand.begin(hook)
    try {
      if (deaths < maxDeaths) return await prepareInChild(hook, onKey)
      throw new PermanentError(`the process died ${deaths} times while it prepared this hook`)
    } finally {
      await inHand.end(hook)
    }
  }

  return {
    prepare: (hook, { isSpooled, isWanted, onKey }) =>
      oneAtATime(async () => {
        if (isStopped) throw new RetriableError('the ingress is stopping')
        if (!isWanted()) throw new RetriableError('nobody waits for the record any more')
        return isSpooled ? prepareSpooled(hook, onKey) : prepareInChild(hook, onKey)
      }),
    isReady: child.isReady,
    stop: () => {
      isStopped = true
      child.stop()
    },
  }
}

/** A hook whose body exceeds the limits of the process goes to quarantine as a whole. */
const createPrepareInChild = ({
  child,
  facts,
  metrics,
  logger,
}: LargeBodiesOptions): ((hook: Hook, onKey: OnKey) => Promise<Prepared>) => {
  const causes = new Map<string, QuarantineCause>()

  const run = async (hook: Hook, onKey: OnKey, cause?: QuarantineCause): Promise<Result | Ended> => {
    const result = await child.run({ hook, cause, ...facts() }, onKey)
    if (result.kind !== 'ended') return result
    const { limit, problem } = result
    metrics.bodyLimits.inc({ limit })
    logger.error('a body ended the process in which it was prepared', {
      delivery_id: hook.id,
      bytes: hook.body.length,
      limit,
      problem,
    })
    return result
  }

  return async (hook, onKey) => {
    const key = `${hook.id} ${hook.receivedAt}`
    let cause = causes.get(key)
    let result = await run(hook, onKey, cause)
    if (result.kind === 'ended' && cause === undefined) {
      cause = { reason: 'too_complex', detail: `the body cannot be prepared: ${result.problem}` }
      remember(causes, key, cause)
      result = await run(hook, onKey, cause)
    }
    return toPrepared(hook, result)
  }
}

const remember = (causes: Map<string, QuarantineCause>, key: string, cause: QuarantineCause) => {
  causes.set(key, cause)
  const [oldest = ''] = causes.keys()
  if (causes.size > maxRemembered) causes.delete(oldest)
}

/** @throws Error as `PrepareLarge` says */
export const toPrepared = ({ body }: Hook, result: Result | Ended): Prepared => {
  if (result.kind === 'ended')
    throw new Error(`the quarantine record of a large body cannot be made: ${result.problem}`)
  if (result.kind === 'topic_unavailable') throw new TopicUnavailableError(result.topic, result.problem)
  if (result.kind === 'failed') throw new Error(`a large body cannot be prepared: ${result.problem}`)
  const { message, chunks, ...others } = result.prepared
  return {
    ...others,
    message: withBody(message, body),
    chunks: chunks.map(({ start, end, ...chunk }) => ({ ...chunk, value: body.subarray(start, end) })),
  }
}

const withBody = ({ start, endsWithBody, ...message }: MessageAroundBody, body: Buffer): OutgoingMessage => ({
  ...message,
  value: endsWithBody ? Buffer.concat([start, body]) : start,
})
