import type { Generation } from '../log/generation.ts'
import type { EndReason, FeedClient } from './client.ts'
import type { Output } from './output.ts'

/** Whether a token is as it was when its stream began. */
export type TokenState = 'valid' | 'token_expired' | 'token_changed'

/** A client with its connection and its state. */
export interface Stream {
  client: FeedClient
  output: Output
  generation: Generation
  /** Streams are numbered in the order in which they began. */
  number: number
  /** Name of the token; empty where the feed has no tokens. */
  caller: string
  /** Whether the token still allows the stream. It is asked with each comment. */
  tokenState(): TokenState
  /** `behind` reads the log or what is in memory; `live` gets every new item. */
  state: 'behind' | 'live' | 'ended'
  /** Aborted when the stream ends. */
  readonly ended: AbortSignal
  end(reason: EndReason): void
}
