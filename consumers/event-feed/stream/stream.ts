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
  /** Whether the token still allows the stream. It is asked with each comment. */
  tokenState(): TokenState
  /** `behind` reads the log or what is in memory; `live` gets every new item. */
  state: 'behind' | 'live' | 'ended'
  /** The number of the next item in memory that a live stream gets. */
  cursor: number
  /** Aborted when the stream ends. */
  readonly ended: AbortSignal
  end(reason: EndReason): void
}

/** Gives a live stream the items that are new. @returns how many events were written */
export const advance = (stream: Stream): number => {
  const { client, generation } = stream
  const { recent } = generation
  for (; stream.cursor < recent.head(); stream.cursor += 1) {
    const item = recent.at(stream.cursor)
    if (item !== undefined) client.offer(item)
  }
  client.setTime(generation.time)
  return client.flush()
}
