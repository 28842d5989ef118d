import { request } from 'node:http'

/** The result of one hook, as its sender saw it. */
export interface PostedHook {
  id: string
  /** Undefined where no answer came because the connection was refused or broke. */
  status: number | undefined
  outcome: string | undefined
  topic: string | undefined
  reason: string | undefined
  /** From the first byte sent to the last byte of the answer, in milliseconds. */
  tookMs: number
}

type Answer = Pick<PostedHook, 'status' | 'outcome' | 'topic' | 'reason'>

/** Posts one hook on a connection of its own, as GitLab does. Resolves to `refused` where nothing listens. */
export const postHook = (
  url: string,
  token: string,
  id: string,
  body: Buffer,
): Promise<PostedHook | 'refused'> =>
  new Promise((resolve) => {
    const startedAt = performance.now()
    const finish = (answer: Answer) => resolve({ id, ...answer, tookMs: performance.now() - startedAt })
    const breakOff = ({ message: reason }: Error) => finish({ ...noAnswer, reason })
    const headers = {
      'content-type': 'application/json',
      'content-length': body.length,
      'x-gitlab-token': token,
      'x-gitlab-instance': 'https://git.nordlicht.example',
      'user-agent': 'GitLab/19.4.0',
      'idempotency-key': id,
      connection: 'close',
    }
    const sending = request(url, { method: 'POST', headers, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', breakOff)
      response.on('end', () =>
        finish({ ...parseAnswer(Buffer.concat(chunks).toString()), status: response.statusCode }),
      )
    })
    sending.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') resolve('refused')
      else breakOff(error)
    })
    sending.end(body)
  })

const noAnswer: Answer = { status: undefined, outcome: undefined, topic: undefined, reason: undefined }

/** A proxy, or Node itself, may answer with a text that is not JSON: the text is then the reason. */
const parseAnswer = (text: string): Answer => {
  try {
    const { outcome, topic, reason } = JSON.parse(text) as Answer
    return { ...noAnswer, outcome, topic, reason }
  } catch {
    return { ...noAnswer, reason: text }
  }
}
