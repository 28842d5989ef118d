import { connect, type Socket } from 'node:net'
import type { LoadOrder } from './load.ts'

/** The bytes of the request, which are the same for every hook. */
export const requestOf = ({ url, headers, body }: LoadOrder): Buffer => {
  const { host, pathname } = new URL(url)
  const all = { host, ...headers, 'content-length': String(Buffer.byteLength(body)) }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.from(`POST ${pathname} HTTP/1.1\r\n${lines.join('')}\r\n${body}`)
}

export interface Sender {
  /** @param dueMs when the hook was due; `onAnswer` receives it back */
  send(dueMs: number): void
  close(): void
}

/**
 * One connection that sends one hook at a time.
 * Answers need a `Content-Length`, which all our receivers send.
 */
export const createSender = (
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
