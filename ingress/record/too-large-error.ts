import { RetriableError } from '../../lib/errors.ts'

/**
 * A record is larger than its topic accepts. It is made smaller at the next attempt, unless it is a record of
 * quarantine without its body: then it must wait until the topic accepts it.
 */
export class TooLargeError extends RetriableError {
  override readonly name: string = 'TooLargeError'
  readonly topic: string
  /** How large the record is, with its headers, and how large it may be. */
  readonly bytes: number
  readonly maxBytes: number

  constructor(topic: string, bytes: number, maxBytes: number) {
    super(`${bytes} bytes are too large for ${topic}, which accepts ${maxBytes}`)
    this.topic = topic
    this.bytes = bytes
    this.maxBytes = maxBytes
  }
}
