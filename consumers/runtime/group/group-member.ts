import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../../../lib/errors.ts'
import { withTimeLimit } from '../../../lib/time-limit.ts'
import {
  createGroupClient,
  type GroupClient,
  type GroupClientOptions,
  type Membership,
  rebalanceTimeoutMs,
} from './group-client.ts'
import { leaveGroup, leaveGroupLater } from './leave-group.ts'
import { createReplaceClient } from './replace-client.ts'

/** This process as a member of its consumer group. */
export interface GroupMember {
  /** Resolves once it has joined the group, or its first client was replaced. */
  start(): Promise<void>
  /**
   * Replaces a Kafka client that makes no progress by a new one. Where the new one cannot be started, because
   * brokers are away, this throws, and the start is tried again until it succeeds. Before `start` this does
   * nothing: a client that joins before the worker has begun would handle messages too early.
   * @throws Error where a handler does not end, or the new client does not join in time
   */
  replaceClient(): Promise<void>
  /** Whether `start` was called. Without it there is no client that could be replaced. */
  hasStarted(): boolean
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
  /** The wait before a client that could not be started is started again, in milliseconds. */
  retryMs?: number
}

/**
 * How long a client may take to end once no message is being handled, in milliseconds: for a fetch, a commit
 * and its leave.
 */
const endLimitMs = 2500

export const createGroupMember = (options: GroupMemberOptions): GroupMember => {
  const { kafka, group, isHandling } = options
  let client: GroupClient | undefined
  let isPaused = false
  const stopping = new AbortController()
  const { hooks, ...view } = createClientView()

  const onMemberLeft = (memberId: string) => void leaveGroupLater(kafka, group, memberId, stopping.signal)

  const start = async () => {
    hooks.onMembership('joining')
    const topics = await options.topics()
    if (stopping.signal.aborted || client !== undefined) return
    const created = createGroupClient(
      { ...options, topics },
      { ...hooks, isPaused: () => isPaused, onMemberLeft },
    )
    client = created
    await created.start().catch(async (error: unknown) => {
      if (client === created) client = undefined
      await created.end().catch(() => undefined)
      throw error
    })
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

  const replaceClient = createReplaceClient({
    hasClient: () => client !== undefined,
    end: async () => {
      const limitMs = options.attemptSeconds * 1000 + 2 * endLimitMs
      const memberId = client?.memberId() ?? ''
      await withTimeLimit(limitMs, endClient()).catch(() => {
        if (memberId !== '') onMemberLeft(memberId)
      })
    },
    start: () => withTimeLimit(rebalanceTimeoutMs + options.sessionSeconds * 1000, start()),
    isHandling,
    stopping: stopping.signal,
    retryMs: options.retryMs,
  })

  const tryOnClient = (action: (running: GroupClient) => void) => {
    try {
      if (client !== undefined) action(client)
    } catch {
      // A client that is not running refuses both actions. It reads `isPaused` when it joins.
    }
  }

  return {
    start,
    replaceClient: async () => (view.hasStarted() ? replaceClient() : undefined),
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
  let membership: Membership | 'not started' = 'not started'
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
    hasStarted: () => membership !== 'not started',
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
