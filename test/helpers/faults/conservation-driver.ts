import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

/** What became of one hook, as its sender saw it. */
export interface Posted {
  id: string
  /** Undefined where no answer came: the connection was refused or broke. */
  status: number | undefined
  outcome: string | undefined
  topic: string | undefined
  reason: string | undefined
  /** From the first byte sent to the last byte of the answer, in milliseconds. */
  tookMs: number
}

export interface Driver {
  readonly posted: readonly Posted[]
  /** Resolves when the hooks under way are answered. */
  stop(): Promise<void>
}

export interface DriverOptions {
  /** Where hooks go: the first that does not refuse the connection, as behind a load balancer. */
  urls(): readonly string[]
  token: string
  perSecond: number
}

const sampleOf = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../fixtures/${name}.json`, import.meta.url), 'utf8')) as object
const samples = [sampleOf('push'), sampleOf('tag_push'), sampleOf('pipeline')]

/** A hook's body that says which hook it is, so that a reader need not believe any header. */
export const bodyOf = (id: string, number: number, fields: object = {}): Buffer =>
  Buffer.from(JSON.stringify({ ...samples[number % samples.length], marker: id, ...fields }))

/** The mark in a body. */
export const markOf = (body: Buffer): string =>
  String((JSON.parse(body.toString()) as { marker?: unknown }).marker)

/** Posts hooks at a steady rate, whatever becomes of those before: GitLab does not wait for us. */
export const startDriver = ({ urls, token, perSecond }: DriverOptions): Driver => {
  const posted: Posted[] = []
  const underWay = new Set<Promise<void>>()
  const startedAt = performance.now()
  let sent = 0
  const send = () => {
    for (const due = ((performance.now() - startedAt) / 1000) * perSecond; sent < due; sent++) {
      const id = randomUUID()
      const posting = postToFirst(urls(), token, id, bodyOf(id, sent)).then((answer) => {
        posted.push(answer)
        underWay.delete(posting)
      })
      underWay.add(posting)
    }
  }
  // A test that fails does not stop it: it ends with the process.
  const timer = setInterval(send, 20).unref()
  return {
    posted,
    stop: async () => {
      clearInterval(timer)
      while (underWay.size > 0) await Promise.race([Promise.all(underWay), sleep(100)])
    },
  }
}

/** Posts to the next address only where the connection was refused: whatever else happens, the hook may have been kept. */
const postToFirst = async (
  urls: readonly string[],
  token: string,
  id: string,
  body: Buffer,
): Promise<Posted> => {
  const startedAt = performance.now()
  for (const url of urls) {
    const answer = await postHook(url, token, id, body)
    if (answer !== 'refused') return answer
  }
  return {
    id,
    status: undefined,
    outcome: undefined,
    topic: undefined,
    reason: 'refused',
    tookMs: performance.now() - startedAt,
  }
}

/** One hook on a connection of its own, as GitLab sends it. */
export const postHook = (url: string, token: string, id: string, body: Buffer): Promise<Posted | 'refused'> =>
  new Promise((resolve) => {
    const startedAt = performance.now()
    const settle = (answer: Pick<Posted, 'status' | 'reason'> & Partial<Posted>) =>
      resolve({ id, outcome: undefined, topic: undefined, ...answer, tookMs: performance.now() - startedAt })
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
      response.on('error', (error) => settle({ status: undefined, reason: error.message }))
      response.on('end', () => {
        const { outcome, topic, reason } = parsed(Buffer.concat(chunks).toString())
        settle({ status: response.statusCode, outcome, topic, reason })
      })
    })
    sending.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') resolve('refused')
      else settle({ status: undefined, reason: error.message })
    })
    sending.end(body)
  })

const parsed = (text: string): { outcome?: string; topic?: string; reason?: string } => {
  try {
    return JSON.parse(text) as { outcome?: string; topic?: string; reason?: string }
  } catch {
    return { reason: text }
  }
}
