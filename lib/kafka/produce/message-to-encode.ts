export type Bytes = Buffer | string | null | undefined

/** A message as kafkajs passes it to its encoder. */
export interface MessageToEncode {
  key?: Bytes
  value?: Bytes
  /** Milliseconds since 1970, as decimal text. Without it, the current time is used. */
  timestamp?: string
  headers?: Readonly<Record<string, Bytes | readonly Bytes[]>>
}
