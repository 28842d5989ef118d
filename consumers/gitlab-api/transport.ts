import { trustAlso } from '../../lib/trust-also.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

export interface SentRequest {
  method: Method
  url: string
  headers: Readonly<Record<string, string>>
  body: string | undefined
  signal: AbortSignal
}

export interface Answer {
  status: number
  headers: Readonly<Record<string, string | string[] | undefined>>
  /** At most `maxAnswerBytes`. */
  text: string
}

/** Sends single requests. It does not follow redirects: the token must not reach another server. */
export interface Transport {
  /** @throws whatever the connection throws; `AnswerTooLargeError` */
  send(request: SentRequest): Promise<Answer>
  close(): Promise<void>
}

/** The answer has more than `maxAnswerBytes`. */
export class AnswerTooLargeError extends Error {
  override readonly name = 'AnswerTooLargeError'
}

/** A page of 100 projects has about 500 kB. */
export const maxAnswerBytes = 16 * 1024 * 1024

const connectTimeoutMs = 5000

/**
 * @param ca certificate authorities in PEM, in addition to those that Node trusts, which include the ones of
 *   NODE_EXTRA_CA_CERTS
 */
export const createTransport = (ca: string | undefined): Transport => {
  let opened: ReturnType<typeof openClient> | undefined
  let isClosed = false
  return {
    send: async ({ url, body, headers, ...options }) => {
      if (isClosed) throw new Error('the connections to this server are closed')
      opened ??= openClient(ca)
      const { request, agent } = await opened
      try {
        const response = await request(url, {
          ...options,
          headers: { ...headers },
          dispatcher: agent,
          ...(body !== undefined && { body }),
        })
        return { status: response.statusCode, headers: response.headers, text: await response.body.text() }
      } catch (error) {
        if ((error as { code?: unknown }).code !== 'UND_ERR_RES_EXCEEDED_MAX_SIZE') throw error
        throw new AnswerTooLargeError(`the answer has more than ${maxAnswerBytes} bytes`, { cause: error })
      }
    },
    close: async () => {
      isClosed = true
      await (await opened)?.agent.destroy()
    },
  }
}

/** The client is loaded with the first request, because most workers call no GitLab. */
const openClient = async (ca: string | undefined) => {
  const { Agent, request } = await import('undici')
  const agent = new Agent({
    // Enough for the partitions that a worker handles at the same time, and few for GitLab.
    connections: 4,
    maxResponseSize: maxAnswerBytes,
    connect: {
      timeout: connectTimeoutMs,
      ...trustAlso(ca),
    },
  })
  return { request, agent }
}
