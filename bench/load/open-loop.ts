import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createAnswers } from './answers.ts'
import type { LoadOrder, LoadResult } from './load.ts'

/**
 * How long the load waits for answers after its end. A hook without an answer then counts as never answered.
 */
const graceMs = 10_000

/**
 * Sends hooks at a fixed rate, as GitLab does: it does not wait for the answers to earlier hooks.
 * The time of a hook begins when it was due. It includes the wait for a free connection, so that a receiver
 * that stalls cannot hide it.
 */
export const openLoop = async (order: LoadOrder & { rate: number }): Promise<LoadResult> => {
  const { rate, maxHooks, maxSeconds } = order
  const answers = createAnswers()
  const total = Math.min(maxHooks, Math.floor(rate * maxSeconds))
  const request = requestOf(order)
  const free: Sender[] = []
  let sent = 0
  let broken = 0

  const startedAt = performance.now()
  const dueAt = (index: number) => startedAt + (index * 1000) / rate
  const next = () => {
    const now = performance.now()
    while (sent < total && dueAt(sent) <= now && free.length > 0) free.pop()?.send(dueAt(sent++))
  }
  const connectOne = () => {
    const sender = createSender(
      order.url,
      request,
      (status, dueMs) => {
        answers.add(status, performance.now() - dueMs)
        free.push(sender)
        next()
      },
      (wasBusy) => {
        if (wasBusy) broken += 1
        else free.splice(free.indexOf(sender), 1)
        senders.delete(sender)
        if (sent < total) connectOne()
      },
    )
    senders.add(sender)
    free.push(sender)
  }
  const senders = new Set<Sender>()
  for (let i = 0; i < order.connections; i++) connectOne()

  const timer = setInterval(next, 1)
  const until = startedAt + maxSeconds * 1000 + graceMs
  while (performance.now() < until && answers.count() + broken < total) await sleep(5)
  clearInterval(timer)
  const seconds = (performance.now() - startedAt) / 1000
  answers.fail(total - answers.count())
  for (const sender of [...senders]) sender.close()
  return answers.result(seconds)
}

const requestOf = ({ url, headers, body }: LoadOrder): Buffer => {
  const { host, pathname } = new URL(url)
  const all = { host, ...headers, 'content-length': String(Buffer.byteLength(body)) }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.from(`POST ${pathname} HTTP/1.1\r\n${lines.join('')}\r\n${body}`)
}

interface Sender {
  send(dueMs: number): void
  close(): void
}

/**
 * One connection that sends one hook at a time.
 * Answers need a `Content-Length`, which all our receivers send.
 */
const createSender = (
  url: string,
  request: Buffer,
  onAnswer: (status: number, dueMs: number) => void,
  onClose: (wasBusy: boolean) => void,
): Sender => {
  const { hostname, port } = new URL(url)
  const socket: Socket = connect({ host: hostname, port: Number(port) }).setNoDelay(true)
  let busySince: number | undefined
  let text = ''
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk
    const head = text.indexOf('\r\n\r\n')
    if (head < 0) return
    const bytes = Number(/\r\ncontent-length: *(\d+)/i.exec(text)?.[1])
    if (!(text.length >= head + 4 + bytes)) return
    const status = Number(text.slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length))
    const dueMs = busySince ?? performance.now()
    text = ''
    busySince = undefined
    onAnswer(status, dueMs)
  })
  socket.on('error', () => {})
  socket.on('close', () => onClose(busySince !== undefined))
  return {
    send: (dueMs) => {
      busySince = dueMs
      socket.write(request)
    },
    close: () => socket.removeAllListeners('close').destroy(),
  }
}
