import type { Hook } from '../../hook.ts'
import type { OutgoingMessage } from '../encode.ts'
import type { IdOfEvent } from '../encoders.ts'
import type { Prepared } from '../prepare.ts'
import type { QuarantineCause } from '../quarantine-cause.ts'

/** One hook for the child process, with everything that its messages depend on. */
export interface Job {
  hook: Hook
  /** If set, the body is not parsed: the hook goes to quarantine for this cause. */
  cause: QuarantineCause | undefined
  schemaIds: IdOfEvent
  /** How large a record each topic accepts, in bytes. Topics that were never seen are absent. */
  maxBytesByTopic: ReadonlyMap<string, number>
}

/** The message of a record. Where its value ends with the whole body, only what is before it is sent. */
export type MessageAroundBody = Omit<OutgoingMessage, 'value'> & { start: Buffer; endsWithBody: boolean }

/** A chunk, without its bytes: the parent has the body, too. */
export type ChunkOfBody = Omit<OutgoingMessage, 'value'> & { start: number; end: number }

/** What the child process has made of a hook. */
export type Result =
  | {
      kind: 'prepared'
      prepared: Omit<Prepared, 'message' | 'chunks'> & { message: MessageAroundBody; chunks: ChunkOfBody[] }
    }
  | { kind: 'topic_unavailable'; topic: string; problem: string }
  | { kind: 'failed'; problem: string }

/** The topic and the key of the record that is being made. */
export type OnKey = (topic: string, key: string) => void

/** The child reports once that it is ready, and for each job the key, if it gets so far, and a result. */
export type Report = { kind: 'ready' } | { kind: 'key'; topic: string; key: string } | Result
