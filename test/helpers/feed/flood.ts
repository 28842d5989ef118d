import { Agent, type ClientRequest, get } from 'node:http'

/** One client of many. It counts what it reads, and keeps nothing else. */
export interface FloodClient {
  /** The texts that the pattern found, in the order in which they came. */
  readonly found: readonly string[]
  /** The status of the answer, once it has come; `failed` if none came. */
  status(): number | 'failed' | undefined
  close(): void
}

/** So many bytes of a text may lie in the next part of a stream. */
const overlap = 200

/**
 * Opens many streams at once.
 *
 * @param pattern a global pattern without groups, which matches less than 200 bytes
 */
export const openFlood = (url: string, count: number, pattern: RegExp): FloodClient[] => {
  const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY })
  return Array.from({ length: count }, () => openOne(url, agent, pattern))
}

const openOne = (url: string, agent: Agent, pattern: RegExp): FloodClient => {
  const found: string[] = []
  let status: ReturnType<FloodClient['status']>
  let rest = ''
  const request = get(url, { agent }, (response) => {
    status = response.statusCode
    response.on('error', () => undefined)
    response.on('data', (part: Buffer) => {
      const text = rest + part.toString('latin1')
      let end = 0
      for (const match of text.matchAll(pattern)) {
        found.push(match[0])
        end = match.index + match[0].length
      }
      rest = text.slice(Math.max(end, text.length - overlap))
    })
  })
  request.on('error', () => {
    status ??= 'failed'
  })
  return { found, status: () => status, close: () => void request.destroy() }
}

/** Opens many streams, and goes away as soon as the request is sent. Resolves when all are gone. */
export const openAndLeave = async (url: string, count: number): Promise<void> => {
  const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY })
  await Promise.all(Array.from({ length: count }, () => leave(get(url, { agent }))))
}

const leave = (request: ClientRequest): Promise<void> =>
  new Promise((resolve) => {
    request.on('error', () => resolve())
    request.on('close', () => resolve())
    request.on('finish', () => request.destroy())
    request.on('response', () => request.destroy())
  })
