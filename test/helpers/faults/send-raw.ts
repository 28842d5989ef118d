import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** What came back on a connection. */
export interface RawAnswer {
  /** The status of every answer, in order. */
  statuses: number[]
  text: string
  /** From the first byte sent to the first byte of the answer, in milliseconds; 0 without an answer. */
  tookMs: number
}

const idleAfterAnswerMs = 1500

/**
 * Bytes to write; or a pause, in milliseconds or until a promise resolves; or the end of our half; or a
 * reset of the connection.
 */
export type Piece = Buffer | string | number | Promise<void> | 'end' | 'reset'

/**
 * Opens a connection and writes the pieces in order, exactly as they are.
 * Resolves when the connection is closed.
 *
 * @param idleMs closes the connection when nothing has arrived for so long. Once an answer has begun, 1.5 s
 *   are enough.
 */
export const sendRaw = (url: string, pieces: readonly Piece[], idleMs = 1500): Promise<RawAnswer> =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(url)
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true })
    const startedAt = performance.now()
    const chunks: Buffer[] = []
    let tookMs = 0
    const finish = () => {
      socket.destroy()
      const text = Buffer.concat(chunks).toString('latin1')
      resolve({ text, tookMs, statuses: statusesIn(text) })
    }
    socket.setTimeout(idleMs, finish)
    socket.on('error', () => {})
    socket.on('close', finish)
    socket.on('end', finish)
    socket.on('data', (chunk) => {
      if (chunks.length === 0) tookMs = performance.now() - startedAt
      chunks.push(chunk)
      socket.setTimeout(Math.min(idleMs, idleAfterAnswerMs))
    })
    const write = async () => {
      for (const piece of pieces) {
        if (socket.destroyed) return
        if (piece === 'end') socket.end()
        else if (piece === 'reset') socket.resetAndDestroy()
        else if (typeof piece === 'number') await sleep(piece)
        else if (piece instanceof Promise) await piece
        else socket.write(piece)
      }
    }
    socket.on('connect', () => void write())
  })

/** The status of each HTTP answer in a text. */
export const statusesIn = (text: string): number[] =>
  [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))
