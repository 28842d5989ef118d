import { messageOf, RetriableError } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import type { Hook } from '../hook.ts'
import { encodeFrame } from './frame.ts'
import { createSegmentReader, type Position, readPosition } from './segment-reader.ts'
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
  /** Hooks that wait, those included that are being written. */
  records: number
  bytes: number
  /** When the oldest hook was received, in milliseconds since 1970; null when there is none. */
  oldestReceivedAt: number | null
  /** Damaged stretches and refused hooks that were set aside by this process. */
  setAside: number
  /** Why the last append failed; null after one that did not. */
  lastFailure: string | null
}

export interface SpoolLimits {
  /** Of all segments together. */
  maxBytes: number
  /** A segment this large is closed. */
  segmentBytes: number
}

const full = 'full'

interface Pending {
  frame: Buffer[]
  bytes: number
  settle(error?: Error): void
}

/** Opens the spool and counts what an earlier process left in it. */
export const openSpool = async (folder: SpoolFolder, limits: SpoolLimits, logger: Logger): Promise<Spool> => {
  const segments = await folder.segments()
  const noted = await readPosition(folder)
  const start = noted !== undefined && segments.includes(noted.segment) ? noted : undefined
  const state: SpoolState = { ...(await countWaiting(folder, start)), setAside: 0, lastFailure: null }
  if (state.records > 0) logger.warn('hooks wait in the spool', { records: state.records, bytes: state.bytes })
  // A segment by the name of one that is gone would be taken to be as far drained as the note says of that.
  const newest = [...segments, ...(noted === undefined ? [] : [noted.segment])].sort().at(-1)
  const writer = createSegmentWriter(folder, limits.segmentBytes, newest)
  const reader = createSegmentReader(folder, start, writer)
  let pending: Pending[] = []
  let writing: Promise<void> | undefined
  let peeked = 0
  let writes = 0
  let wake = () => {}

  const write = async () => {
    while (pending.length > 0) {
      const group = pending
      pending = []
      try {
        await writer.append(group.flatMap(({ frame }) => frame))
        state.lastFailure = null
        for (const { settle } of group) settle()
        writes += 1
        wake()
      } catch (error) {
        state.lastFailure = messageOf(error)
        state.records -= group.length
        state.bytes -= group.reduce((sum, { bytes }) => sum + bytes, 0)
        if (state.records === 0) state.oldestReceivedAt = null
        for (const { settle } of group) settle(new RetriableError(`the spool cannot be written: ${messageOf(error)}`, { cause: error }))
      }
    }
    writing = undefined
  }

  const setAside = async (name: string, bytes: Buffer, reason: string) => {
    state.setAside += 1
    logger.error('set aside from the spool', { file: name, bytes: bytes.length, reason })
    await folder.setAside(name, bytes)
  }

  const readHooks = async (): Promise<Hook[]> => {
    const { segment, stretches } = await reader.peek()
    for (const { kind, start, end } of stretches) {
      if (kind !== 'corrupt') continue
      const bytes = await folder.read(segment, start, end - start)
      await setAside(`${segment}-${start}.bin`, bytes, 'damaged').catch((error: unknown) => {
        logger.error('damaged bytes of the spool are given up', { segment, start, end, error: messageOf(error) })
      })
    }
    const hooks = stretches.flatMap((stretch) => (stretch.kind === 'hook' ? [stretch.hook] : []))
    if (hooks.length === 0 && stretches.length > 0) {
      state.bytes -= await reader.advance()
      return readHooks()
    }
    return hooks
  }

  const nextWrite = async (signal: AbortSignal) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const stop = () => resolve()
    wake = resolve
    signal.addEventListener('abort', stop)
    await promise
    signal.removeEventListener('abort', stop)
  }

  return {
    state,
    append: (hook) => {
      const frame = encodeFrame(hook)
      const bytes = frame.reduce((sum, { length }) => sum + length, 0)
      if (state.bytes + bytes > limits.maxBytes) {
        state.lastFailure = full
        return Promise.reject(new RetriableError(`the spool is full: ${state.bytes} of ${limits.maxBytes} bytes`))
      }
      state.records += 1
      state.bytes += bytes
      state.oldestReceivedAt ??= hook.receivedAt
      return new Promise((resolve, reject) => {
        pending.push({ frame, bytes, settle: (error) => (error === undefined ? resolve() : reject(error)) })
        writing ??= write()
      })
    },
    peek: async (signal) => {
      while (!signal.aborted) {
        const seen = writes
        const hooks = await readHooks()
        peeked = hooks.length
        if (hooks[0] !== undefined) {
          state.oldestReceivedAt = hooks[0].receivedAt
          return hooks
        }
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
      await reader.tidy().catch((error: unknown) => logger.warn('a drained segment stays for now', { error: messageOf(error) }))
    },
    setAside: (hook) =>
      setAside(`${hook.id.replaceAll(/[^\w-]/g, '_')}-${hook.receivedAt}.bin`, Buffer.concat(encodeFrame(hook)), 'refused'),
    close: async () => {
      await writing
      await writer.roll()
      await folder.close()
    },
  }
}

const countWaiting = async (
  folder: SpoolFolder,
  start: Position | undefined,
): Promise<Pick<SpoolState, 'records' | 'bytes' | 'oldestReceivedAt'>> => {
  const reader = createSegmentReader({ ...folder, writeNote: async () => {} }, start)
  let records = 0
  let bytes = 0
  let oldestReceivedAt: number | null = null
  for (;;) {
    const { stretches } = await reader.peek()
    if (stretches.length === 0) return { records, bytes, oldestReceivedAt }
    for (const stretch of stretches) {
      if (stretch.kind !== 'hook') continue
      records += 1
      oldestReceivedAt ??= stretch.hook.receivedAt
    }
    bytes += await reader.advance()
  }
}
