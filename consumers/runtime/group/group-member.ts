import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../../../lib/errors.ts'
import { createMutex } from '../../../lib/mutex.ts'
import { withTimeLimit } from '../../../lib/time-limit.ts'
import {
  createGroupClient,
  type GroupClient,
  type GroupClientOptions,
  type Membership,
  rebalanceTimeoutMs,
} from './group-client.ts'
import { leaveGroup, leaveGroupLater } from './leave-group.ts'

/** This process as a member of its consumer group. */
export interface GroupMember {
  /** Resolves once it has joined the group. */
  start(): Promise<void>
  /**
   * Replaces a Kafka client that makes no progress by a new one.
   * @throws Error where a handler does not end, or the new client does not join in time
   */
  replaceClient(): Promise<void>
  /** Stops fetching, but stays in the group. */
  pause(): void
  resume(): void
  /** Waits for the running calls, commits the offsets and leaves the group. */
  stop(): Promise<void>
  /** Whether it is a member of the group now and knows its positions. */
  hasJoined(): boolean
  /** When the client last fetched, sent a heartbeat or tried to reach the brokers, by `performance.now()`. */
  lastActivityAt(): number
  /** When a broker last answered the client, by `performance.now()`. */
  lastAnswerAt(): number
}

export interface GroupMemberOptions extends Omit<GroupClientOptions, 'topics'> {
  /** The topics that a new client reads. */
  topics(): Promise<readonly string[]>
  /** The time limit of one attempt of a handler. */
  attemptSeconds: number
  /** Whether messages are being handled, or may begin to be handled at any moment. */
  isHandling(): boolean
}

/**
 * How long a client may take to end once no message is being handled, in milliseconds: for a fetch, a commit
 * and its leave.
 */
const endLimitMs = 2500

export const createGroupMember = (options: GroupMemberOptions): GroupMember => {
  const { kafka, group, isHandling } = options
  const oneAtATime = createMutex()
  let client: GroupClient | undefined
  let isPaused = false
  const stopping = new AbortController()
  const { hooks, ...view } = createClientView()

  const onMemberLeft = (memberId: string) => void leaveGroupLater(kafka, group, memberId, stopping.signal)

  const start = async () => {
    hooks.onMembership('joining')
    const topics = await options.topics()
    if (stopping.signal.aborted) return
    client = createGroupClient(
      { ...options, topics },
      {
        ...hooks,
        isPaused: () => isPaused,
        onMemberLeft,
      },
    )
    await client.start()
  }

  const endClient = async () => {
    const old = client
    client = undefined
    if (old === undefined) return
    if (await endsInTime(old.end(), isHandling)) return
    // In a rebalance the client waits for all other members before it leaves.
    await withTimeLimit(endLimitMs, leaveGroup(kafka, group, old.memberId())).catch((cause: unknown) => {
      throw new Error(`the worker could not leave its consumer group: ${messageOf(cause)}`, { cause })
    })
  }

  const replaceClient = async () => {
    if (stopping.signal.aborted) return
    const stopLimitMs = options.attemptSeconds * 1000 + 2 * endLimitMs
    const oldMemberId = client?.memberId() ?? ''
    await withTimeLimit(stopLimitMs, endClient()).catch(() => {
      if (oldMemberId !== '') onMemberLeft(oldMemberId)
    })
    // Two attempts must never run at the same time. If the handler hangs, the watchdog ends the process.
    if (isHandling()) throw new Error('a handler that the old Kafka client called does not end')
    await withTimeLimit(rebalanceTimeoutMs + options.sessionSeconds * 1000, start())
  }

  const tryOnClient = (action: (running: GroupClient) => void) => {
    try {
      if (client !== undefined) action(client)
    } catch {
      // A client that is not running refuses both actions. It reads `isPaused` when it joins.
    }
  }

  return {
    start,
    replaceClient: () => oneAtATime(replaceClient),
    pause: () => {
      isPaused = true
      tryOnClient((running) => running.pause())
    },
    resume: () => {
      isPaused = false
      tryOnClient((running) => running.resume())
    },
    stop: () => {
      stopping.abort()
      return endClient()
    },
    ...view,
  }
}

/** Remembers what the events of the clients say. */
const createClientView = () => {
  let membership: Membership = 'joining'
  let lastActivityAt = performance.now()
  let lastAnswerAt = performance.now()
  return {
    hooks: {
      onActivity: () => {
        lastActivityAt = performance.now()
      },
      onAnswer: () => {
        lastAnswerAt = performance.now()
      },
      onMembership: (changed: Membership) => {
        membership = changed
      },
    },
    hasJoined: () => membership === 'joined',
    lastActivityAt: () => lastActivityAt,
    lastAnswerAt: () => lastAnswerAt,
  }
}

/**
 * Whether the client ends within the limit. The limit counts only while no message is being handled.
 *
 * @param ending resolves once the client has ended
 */
const endsInTime = async (ending: Promise<void>, isHandling: () => boolean): Promise<boolean> => {
  ending.catch(() => undefined)
  const ended = ending.then(() => true)
  for (let wasHandling = true; wasHandling; ) {
    wasHandling = isHandling()
    if (await Promise.race([ended, sleep(endLimitMs, false, { ref: false })])) return true
    wasHandling ||= isHandling()
  }
  return false
}
