import { type Coverage, clusterDigestBytes, incarnationDigestBytes } from './layout.ts'
import { createVarintReader, writeVarint } from './varint.ts'

/** Ids have fewer characters: servers and proxies refuse long headers, and clients send it in one. */
export const longestId = 2048

/** The layouts of the bytes. The first byte of an id says which one it has. */
const layouts = { offsets: 1, time: 2 } as const

/** What an id says. `time` is in milliseconds since 1970: everything older was sent. */
export type EventId =
  | { kind: 'offsets'; cluster: Buffer; incarnations: Buffer; time: number; offsets: Float64Array }
  | { kind: 'time'; cluster: Buffer; time: number }

const headerBytes = 1 + clusterDigestBytes + incarnationDigestBytes

/** Four characters hold three bytes. */
const mostBytes = Math.floor(((longestId - 1) * 3) / 4)

/** An id is made for each event, so its bytes are written to the same place each time. */
const scratch = Buffer.alloc(mostBytes + 16)

/**
 * The opaque id of an event, URL-safe. It holds the layout version, digests of the cluster and of the topics,
 * the time, and the next offset of every covered partition, as varints in the order of the coverage. Where
 * this would be too long, it holds the cluster and the time.
 *
 * @param next the next offset of each covered partition
 */
export const encodeEventId = (coverage: Coverage, time: number, next: Float64Array): string => {
  scratch[0] = layouts.offsets
  coverage.cluster.copy(scratch, 1)
  coverage.incarnations.copy(scratch, 1 + clusterDigestBytes)
  let end = writeVarint(scratch, headerBytes, time)
  for (const offset of next) {
    end = writeVarint(scratch, end, offset)
    if (end > mostBytes) return encodeTimeId(coverage, time)
  }
  return scratch.toString('base64url', 0, end)
}

const encodeTimeId = ({ cluster }: Coverage, time: number): string => {
  scratch[0] = layouts.time
  cluster.copy(scratch, 1)
  return scratch.toString('base64url', 0, writeVarint(scratch, 1 + clusterDigestBytes, time))
}

/**
 * The last moment that JavaScript can write as a date:
 * https://tc39.es/ecma262/#sec-time-values-and-time-range
 */
const lastMoment = 8.64e15

const timeOf = (number: number | undefined): number | undefined =>
  number === undefined || number > lastMoment ? undefined : number

/** @returns undefined if the text is not an id of this feed */
export const decodeEventId = (text: string): EventId | undefined => {
  if (!/^[A-Za-z0-9_-]+$/.test(text) || text.length >= longestId) return undefined
  const bytes = Buffer.from(text, 'base64url')
  const cluster = bytes.subarray(1, 1 + clusterDigestBytes)
  switch (bytes[0]) {
    case layouts.time: {
      const reader = createVarintReader(bytes, 1 + clusterDigestBytes)
      const time = timeOf(reader.next())
      return time === undefined || !reader.isAtEnd() ? undefined : { kind: 'time', cluster, time }
    }
    case layouts.offsets: {
      const reader = createVarintReader(bytes, headerBytes)
      const time = timeOf(reader.next())
      if (time === undefined) return undefined
      const offsets: number[] = []
      while (!reader.isAtEnd()) {
        const offset = reader.next()
        if (offset === undefined) return undefined
        offsets.push(offset)
      }
      const incarnations = bytes.subarray(1 + clusterDigestBytes, headerBytes)
      return { kind: 'offsets', cluster, incarnations, time, offsets: Float64Array.from(offsets) }
    }
    default:
      return undefined
  }
}
