import { messageOf, RetriableError } from '../../../lib/errors.ts'
import { startRunningTimer } from '../../../lib/running-timer.ts'
import type { Hook } from '../../hook.ts'
import type { Outcome } from '../../outcome.ts'
import { TopicUnavailableError } from '../../record/topic-unavailable-error.ts'
import { type AcceptedHook, createAcceptedHook, minStepMs } from './accepted-hook.ts'
import { answerNotKept, answerSpooled, type KeepStages, tryAppend } from './answer-kept.ts'
import { appendWhatFits } from './append-what-fits.ts'
import { deliverWithin } from './deliver-within.ts'
import { createWaitingHooks, type WaitingHooks } from './waiting-hooks.ts'

/**
 * Publishes a hook or writes it to the spool. Its sender is told that it is kept only if one of the two
 * succeeds.
 *
 * Call it in the tick in which the hook is complete and authenticated: the hooks of one partition lie in the
 * log in the order of these calls. Never rejects.
 *
 * @param arrivedAt when the first byte of the request arrived, in milliseconds of the monotonic clock
 */
export type PublishOrSpool = (hook: Hook, arrivedAt: number) => Promise<Outcome>

/** The state of the path of new hooks. It changes only in the functions of this file, always in one tick. */
interface Line extends KeepStages {
  /**
   * `direct`: a new hook is queued for the brokers at once. `moving`: all hooks in that queue are being
   * appended to the spool, and new hooks wait until it is known whether that succeeds. `spooling`: older
   * hooks are in the spool; a new hook is appended behind them, and only the drain queues hooks for the
   * brokers.
   */
  state: 'direct' | 'moving' | 'spooling'
  /** The hooks in the queue for the brokers, in order of acceptance. */
  readonly direct: WaitingHooks
  /** The hooks that were accepted in the state `moving`, in order. */
  held: AcceptedHook[]
}

export const createPublishOrSpool = (stages: KeepStages): PublishOrSpool => {
  const { records } = stages.spools.common.state
  const state = records > 0 ? 'spooling' : 'direct'
  const line: Line = { ...stages, state, direct: createWaitingHooks(), held: [] }
  return (hook, arrivedAt) =>
    new Promise((resolve) => accept(createAcceptedHook(hook, arrivedAt, resolve), line))
}

const accept = (accepted: AcceptedHook, line: Line): void => {
  // The spool counts a hook from the start of its append to the acknowledgement of its record.
  if (line.state === 'spooling' && line.spools.common.state.records === 0) line.state = 'direct'
  if (line.state === 'direct') publishDirectly(accepted, line)
  else if (line.state === 'spooling') void spoolBehind(accepted, line)
  else {
    line.held.push(accepted)
    refuseInTime(accepted, line)
  }
}

const publishDirectly = (accepted: AcceptedHook, line: Line): void => {
  line.direct.add(accepted)
  accepted.delivery = line.deliveryPath.deliver(accepted.hook, {
    onSettled: (delivered) => {
      if ('error' in delivered) return afterFailure(accepted, delivered.error, line)
      line.direct.remove(accepted)
      accepted.answer(delivered.kept)
    },
  })
  const isQueued = line.direct.has(accepted) && accepted.failure === undefined
  if (isQueued) accepted.setTimer(brokersMs(accepted, line), () => afterDeadline(accepted, line))
}

/** If the disk hangs and the brokers are away, the hook cannot be kept. Its sender is told soon. */
const hopelessMs = 1000

/** How long the brokers have for a hook, from now. */
const brokersMs = ({ leftMs }: AcceptedHook, line: Line): number => {
  const isHopeless = line.spools.isHanging() && line.deliveryPath.state() !== 'open'
  return Math.min(leftMs(line.publishDeadlineMs), isHopeless ? hopelessMs : Number.POSITIVE_INFINITY)
}

const afterDeadline = (accepted: AcceptedHook, line: Line): void => {
  accepted.isDue = true
  moveAll(accepted, new RetriableError('the brokers did not acknowledge it in time'), line)
}

const afterFailure = (accepted: AcceptedHook, error: unknown, line: Line): void => {
  // It has left the line: its answer no longer depends on the brokers.
  if (!line.direct.has(accepted)) return
  accepted.failure = error
  const topic = error instanceof TopicUnavailableError ? error.topic : undefined
  // A large body whose topic is not known yet may belong to this topic. Then all move together, in order.
  const isAlone = !line.direct.all().some((each) => each !== accepted && each.delivery.topic === undefined)
  if (topic !== undefined && line.state === 'direct' && isAlone) moveTopic(accepted, topic, line)
  else moveAll(accepted, error, line)
}

/**
 * Appends all hooks that wait for the brokers to the spool, because one of them must be spooled: no hook may
 * overtake an older one. A request in flight goes on, so that some records may be written twice.
 */
const moveAll = (cause: AcceptedHook, error: unknown, line: Line): void => {
  refuseInTime(cause, line)
  if (line.state !== 'direct') return
  if (line.spools.isHanging()) {
    refuse(cause, error, line)
    return
  }
  line.state = 'moving'
  line.deliveryPath.pause()
  const group = line.direct.all()
  line.logger.warn('a hook was not published and goes to the spool', {
    delivery_id: cause.hook.id,
    error: messageOf(error),
    hooks: group.length,
  })
  const hooks = group.map(({ hook }) => hook)
  appendWhatFits(hooks, (some) => line.spools.appendAll(some)).then(
    (count) => afterMove(group.slice(0, count), group.slice(count), line),
    (failure: unknown) => afterFailedMove(group, failure, line),
  )
}

/** @param rest those for which the spool had no room with the others: each of them is tried behind them */
const afterMove = (moved: readonly AcceptedHook[], rest: readonly AcceptedHook[], line: Line): void => {
  line.state = 'spooling'
  for (const accepted of moved) {
    leave(accepted, line)
    answerSpooled(accepted, line)
  }
  for (const accepted of rest.filter((each) => line.direct.has(each))) {
    leave(accepted, line)
    void spoolBehind(accepted, line)
  }
  acceptHeld(line)
  line.deliveryPath.resume()
}

/** The hooks keep their places in the queue. Only those that cannot wait any longer are refused. */
const afterFailedMove = (group: readonly AcceptedHook[], failure: unknown, line: Line): void => {
  line.state = 'direct'
  for (const accepted of group.filter((each) => line.direct.has(each))) {
    const reason = accepted.failure
    if (reason instanceof TopicUnavailableError) moveTopic(accepted, reason.topic, line)
    else if (accepted.isDue || reason !== undefined) refuse(accepted, failure, line)
  }
  acceptHeld(line)
  // If a held hook has found the queue full, the hooks are being moved again.
  if (line.state === 'direct') line.deliveryPath.resume()
}

const acceptHeld = (line: Line): void => {
  const { held } = line
  line.held = []
  for (const accepted of held) if (!accepted.isAnswered) accept(accepted, line)
}

/**
 * The same for one unavailable topic: its hooks go to its own spool, and the others stay in the queue. They
 * leave the queue at once. If only the topic of chunks is unavailable, a later hook could otherwise be sent
 * before an older one.
 */
const moveTopic = (cause: AcceptedHook, topic: string, line: Line): void => {
  const group = line.direct.all().filter((each) => each === cause || each.delivery.topic === topic)
  for (const accepted of group) {
    leave(accepted, line)
    refuseInTime(accepted, line)
  }
  const hooks = group.map(({ hook }) => hook)
  line.spools.appendAll(hooks, topic).then(
    () => {
      for (const accepted of group) answerSpooled(accepted, line)
    },
    (failure: unknown) => {
      for (const accepted of group) {
        if (accepted.failure !== undefined || accepted.isDue) refuse(accepted, failure, line)
        else if (!accepted.isAnswered) accept(accepted, line)
      }
    },
  )
}

const leave = (accepted: AcceptedHook, line: Line): void => {
  line.direct.remove(accepted)
  accepted.delivery.withdraw(new RetriableError('the hook has left the queue'))
}

const refuse = (accepted: AcceptedHook, failure: unknown, line: Line): void => {
  leave(accepted, line)
  answerNotKept(accepted, failure, line)
}

/** Answers the hook when all of its time is up, whatever it waits for. */
const refuseInTime = (accepted: AcceptedHook, line: Line): void => {
  const onTime = () => refuse(accepted, new RetriableError('the disk did not answer in time'), line)
  // If this process is paused, the hook may be on disk when it goes on.
  accepted.setTimer(accepted.leftMs(line.answerWithinMs), onTime, startRunningTimer)
}

/**
 * Appends a hook behind those in the spool. If the spool does not take it, it is published all the same: out
 * of order is better than lost, and is counted.
 */
const spoolBehind = async (accepted: AcceptedHook, line: Line): Promise<void> => {
  if (!line.spools.isHanging()) {
    const failure = await tryAppend(accepted, line.answerWithinMs - 2 * minStepMs, line)
    if (failure === undefined) return answerSpooled(accepted, line)
  }
  try {
    line.metrics.placesLost.inc()
    const limitMs = brokersMs(accepted, line)
    accepted.answer(await deliverWithin(limitMs, line.deliveryPath.deliver, accepted.hook))
  } catch (error) {
    const topic = error instanceof TopicUnavailableError ? error.topic : undefined
    const failure = line.spools.isHanging(topic)
      ? error
      : await tryAppend(accepted, line.answerWithinMs, line, topic)
    if (failure === undefined) answerSpooled(accepted, line)
    else answerNotKept(accepted, failure, line)
  }
}
