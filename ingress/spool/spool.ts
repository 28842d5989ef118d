import { messageOf, RetriableError } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import type { Hook } from '../hook.ts'
import { countWaiting } from './count-waiting.ts'
import { encodeFrame } from './frame.ts'
import { createSegmentReader, readPosition } from './segment-reader.ts'
import { createSegmentWriter } from './segment-writer.ts'
import type { SpoolFolder } from './spool-folder.ts'

/** Hooks on disk that wait for Kafka, oldest first. */
export interface Spool {
  /**
   * Resolves once the hook would survive a power failure.
   *
   * @throws RetriableError where the spool is full or the disk takes nothing
   */
  append(hook: Hook): Promise<void>
  /** The same for hooks of another spool, all of them or none. It frees what this one takes: there is always room for them. */
  take(hooks: readonly Hook[]): Promise<void>
  /** The oldest hooks; waits for one. Empty once the signal is aborted. */
  peek(signal: AbortSignal): Promise<readonly Hook[]>
  /** The hooks of the last `peek` are safe elsewhere. */
  advance(): Promise<void>
  /** Keeps a hook that Kafka will never take, for somebody to look at. */
  setAside(hook: Hook): Promise<void>
  readonly state: Readonly<SpoolState>
  close(): Promise<void>
}

export interface SpoolState {
  /** Hooks that wait, those included that are being written. Of those an earlier process left the ones counted so far, one at least. */
  records: number
  bytes: number
  /** Of hooks that have left, and are still on disk since their segment is. */
  passedBytes: number
  /** When the oldest hook was received, in milliseconds since 1970; null when there is none. */
  oldestReceivedAt: number | null
  /** Damaged stretches and refused hooks that were set aside by this process. */
  setAside: number
  /** Why the last append failed, half a minute ago at most, or `full` while it is; null after one that did not. */
  lastFailure: string | null
}

export interface SpoolLimits {
  /** Whether there is room for that much more. @param state of this spool */
  hasRoom(bytes: number, state: Readonly<SpoolState>): boolean
  /** A segment this large is closed. */
  segmentBytes: number
}

const full = 'full'

/** How long a failed append says something of the next one, in milliseconds. */
const forgetMs = 30_000

/** How often in a row a place may fail to be read before it is passed over. The drain waits up to two seconds before each. */
const readFailuresUntilPassed = 10

interface Pending {
  frames: Buffer[]
  records: number
  bytes: number
  settle(error?: Error): void
}

/** Opens the spool. It is known at once whether and since when an earlier process left hooks in it; how many, whoever peeks counts first. */
export const openSpool = async (folder: SpoolFolder, limits: SpoolLimits, logger: Logger): Promise<Spool> => {
  const segments = await folder.segments()
  const noted = await readPosition(folder)
  const start = noted !== undefined && segments.includes(noted.segment) ? noted : undefined
  const count = await countWaiting(folder, segments, start)
  const { bytes } = count
  const state: SpoolState = {
    records: 0,
    bytes,
    passedBytes: start?.at ?? 0,
    oldestReceivedAt: null,
    setAside: 0,
    lastFailure: null,
  }
  let isCounted = false
  // A segment by the name of one that is gone would be taken to be as far drained as the note says of that.
  const newest = [...segments, ...(noted === undefined ? [] : [noted.segment])].sort().at(-1)
  const writer = createSegmentWriter(folder, limits.segmentBytes, newest)
  const reader = createSegmentReader(folder, start, readFailuresUntilPassed, writer)
  let pending: Pending[] = []
  let writing: Promise<void> | undefined
  let peeked = 0
  let writes = 0
  let forgetting: NodeJS.Timeout | undefined
  let wake = () => {}

  /** Nothing may be appended for long, and the disk be mended meanwhile. */
  const noteFailure = (failure: string) => {
    state.lastFailure = failure
    clearTimeout(forgetting)
    forgetting = setTimeout(() => {
      if (state.lastFailure === failure) state.lastFailure = null
    }, forgetMs).unref()
  }

  const write = async () => {
    while (pending.length > 0) {
      const group = pending
      pending = []
      try {
        await writer.append(group.flatMap(({ frames }) => frames))
        state.lastFailure = null
        for (const { settle } of group) settle()
        writes += 1
        wake()
      } catch (error) {
        noteFailure(messageOf(error))
        state.records -= group.reduce((sum, { records }) => sum + records, 0)
        state.bytes -= group.reduce((sum, { bytes }) => sum + bytes, 0)
        if (state.records === 0) state.oldestReceivedAt = null
        for (const { settle } of group)
          settle(new RetriableError(`the spool cannot be written: ${messageOf(error)}`, { cause: error }))
      }
    }
    writing = undefined
  }

  const keepDamage = async (kind: 'corrupt' | 'unreadable', segment: string, start: number, end: number) => {
    state.setAside += 1
    const details = { segment, start, end, damage: kind }
    try {
      if (kind === 'unreadable') await folder.setSegmentAside(segment)
      else await folder.setAside(`${segment}-${start}.bin`, await folder.read(segment, start, end - start))
      logger.error('damage of the spool is set aside', details)
    } catch (error) {
      logger.error('damaged bytes of the spool are given up', { ...details, error: messageOf(error) })
    }
  }

  const countOn = async () => {
    const counted = await count.next()
    isCounted = counted === undefined
    state.records += counted?.records ?? 0
    state.oldestReceivedAt ??= counted?.oldestReceivedAt ?? null
  }

  const readHooks = async (): Promise<Hook[]> => {
    const { segment, stretches } = await reader.peek()
    for (const { kind, start, end } of stretches)
      if (kind === 'corrupt' || kind === 'unreadable') await keepDamage(kind, segment, start, end)
    const hooks = stretches.flatMap((stretch) => (stretch.kind === 'hook' ? [stretch.hook] : []))
    if (hooks.length === 0 && stretches.length > 0) {
      state.bytes -= await reader.advance()
      return readHooks()
    }
    return hooks
  }

  const tidy = async () => {
    await reader
      .tidy()
      .catch((error: unknown) => logger.warn('a drained segment stays for now', { error: messageOf(error) }))
    state.passedBytes = reader.passedBytes()
  }

  const nextWrite = async (signal: AbortSignal) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const stop = () => resolve()
    wake = resolve
    signal.addEventListener('abort', stop)
    await promise
    signal.removeEventListener('abort', stop)
  }

  const enqueue = (frames: Buffer[], bytes: number, records: number, receivedAt: number): Promise<void> => {
    state.records += records
    state.bytes += bytes
    state.oldestReceivedAt ??= receivedAt
    return new Promise((resolve, reject) => {
      pending.push({
        frames,
        records,
        bytes,
        settle: (error) => (error === undefined ? resolve() : reject(error)),
      })
      writing ??= write()
    })
  }

  while (!isCounted && state.records === 0) await countOn()
  if (state.records > 0) logger.warn('hooks wait in the spool', { bytes })

  return {
    state,
    append: (hook) => {
      const frame = encodeFrame(hook)
      const bytes = bytesOf(frame)
      if (!limits.hasRoom(bytes, state)) {
        state.lastFailure = full
        return Promise.reject(new RetriableError('the spool is full'))
      }
      return enqueue(frame, bytes, 1, hook.receivedAt)
    },
    take: async (hooks) => {
      const [oldest] = hooks
      if (oldest === undefined) return
      const frames = hooks.flatMap(encodeFrame)
      await enqueue(frames, bytesOf(frames), hooks.length, oldest.receivedAt)
    },
    peek: async (signal) => {
      // None may leave before: of a spool that seems empty and is not the door would send newer hooks past the rest.
      while (!isCounted && !signal.aborted) await countOn()
      while (!signal.aborted) {
        const seen = writes
        const hooks = await readHooks()
        peeked = hooks.length
        if (hooks[0] !== undefined) {
          state.oldestReceivedAt = hooks[0].receivedAt
          return hooks
        }
        await tidy() // a drained segment may be back after a power failure, and takes room
        if (writes !== seen || signal.aborted) continue
        // Hooks that were damaged after they had been counted will not come any more.
        if (writing === undefined) Object.assign(state, { records: 0, bytes: 0, oldestReceivedAt: null })
        await nextWrite(signal)
      }
      return []
    },
    advance: async () => {
      state.bytes -= await reader.advance()
      state.records -= peeked
      peeked = 0
      if (state.lastFailure === full) state.lastFailure = null
      if (state.records === 0) {
        state.oldestReceivedAt = null
        await writer.roll()
      }
      await tidy()
    },
    setAside: async (hook) => {
      const file = `${hook.id.replaceAll(/[^\w-]/g, '_')}-${hook.receivedAt}.bin`
      await folder.setAside(file, Buffer.concat(encodeFrame(hook)))
      state.setAside += 1
      logger.error('a hook of the spool is set aside', { file, delivery_id: hook.id })
    },
    close: async () => {
      await writing
      await writer.roll()
      await folder.close()
    },
  }
}

const bytesOf = (buffers: readonly Buffer[]): number => buffers.reduce((sum, { length }) => sum + length, 0)
