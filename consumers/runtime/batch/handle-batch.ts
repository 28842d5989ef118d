import type { Batch, EachBatchPayload } from 'kafkajs'
import { partitionName } from '../../../lib/kafka/partition-name.ts'
import type { Mutex } from '../../../lib/mutex.ts'
import type { HandledOutcome } from '../../consumer.ts'
import type { Handle, RunContext } from '../middleware/chain.ts'
import type { Positions } from '../positions/positions.ts'
import type { Breaker } from './breaker.ts'
import { createCallQueue } from './call-queue.ts'
import { createCountPassed, type PassedMessages } from './count-passed.ts'
import { decideOnFailure, isMessageAtFault } from './failure-decision.ts'
import { createGroupReport } from './group-report.ts'
import { createRunContext } from './run-context.ts'
import { announceFirstCall, handleSuspectCalls } from './suspect-calls.ts'

export interface HandleBatchOptions {
  handle: Handle
  /** The largest number of messages in one call. */
  batchSize: number
  breaker: Breaker
  positions: Positions
  /** Counts the messages behind the offset. */
  passed: PassedMessages
  /** When it is aborted, no further call begins. */
  stopping: AbortSignal
  /** When it is aborted, the running call should end. */
  signal: AbortSignal
}

/**
 * Handles the messages of one fetched batch, call by call and in order. The offset moves after each call.
 *
 * @param suspectMutex shared by all batches of the worker
 * @throws GroupError
 */
export const handleBatch = async (
  payload: EachBatchPayload,
  options: HandleBatchOptions,
  suspectMutex: Mutex,
): Promise<void> => {
  const { breaker, positions, stopping, signal } = options
  const { topic, partition } = payload.batch
  const place = { topic, partition }
  const origin = partitionName(place)
  const mayContinue = () =>
    payload.isRunning() && !payload.isStale() && !stopping.aborted && breaker.state() !== 'open'

  const isSuspect = positions.stateOf(place) === 'suspect'
  const handle = isSuspect
    ? handleSuspectCalls(options.handle, suspectMutex, mayContinue)
    : announceFirstCall(options.handle, positions, place)
  const calls = createCallQueue(payload.batch, isSuspect ? 1 : options.batchSize)
  const countPassed = createCountPassed(payload.batch, options.passed)
  const reportWhenDue = createGroupReport(payload)

  for (let call = calls.next(); call !== undefined; call = calls.next()) {
    if (!mayContinue()) return
    const context = createRunContext(payload, positions, call, { stopping, signal, isSuspect })
    let outcomes: readonly HandledOutcome[]
    try {
      outcomes = await handle(call, context)
    } catch (error) {
      await withdrawAnnouncement(error, context)
      const decision = decideOnFailure(error, stopping.aborted, call.length)
      if (decision === 'rejoin') throw error
      if (decision === 'stop') return
      if (decision === 'wait') return breaker.trip(origin, error)
      calls.putBackSingly(call)
      continue
    }
    const last = call[outcomes.length - 1]
    if (last === undefined) return
    breaker.succeed(origin)
    const next = nextOffset(payload.batch, last.offset)
    positions.advance(place, next)
    countPassed(next)
    payload.resolveOffset(last.offset)
    calls.putBack(call.slice(outcomes.length))
    await reportWhenDue()
  }
  if (isSuspect) positions.setState(place, 'begun')
}

/** Where the message is not at fault, commits its number of failures as before the announced attempt. */
const withdrawAnnouncement = async (error: unknown, context: RunContext): Promise<void> => {
  if (isMessageAtFault(error, context.stopping.aborted)) return
  await context.rememberFailures(context.failures()).catch(() => undefined)
}

/**
 * The offset behind a message that was handled. Offsets behind the last message of a batch belong to no
 * message: they mark the end of a transaction, or belong to a transaction that was aborted.
 */
const nextOffset = (batch: Batch, offset: string): number =>
  Number(offset === batch.messages.at(-1)?.offset ? batch.lastOffset() : offset) + 1
