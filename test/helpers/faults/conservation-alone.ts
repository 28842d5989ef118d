import { createHmac, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspectSpool, type SpoolRow } from '../../../cli/spool/inspect.ts'
import type { Environment } from '../../../lib/config.ts'
import { type IngressProcess, startIngressProcess } from './conservation.ts'

/** A real ingress without any server behind it: whatever it lets in lies in its spool, and nothing else does. */
export interface LoneIngress extends IngressProcess {
  spoolFolder: string
  /** Everything that was let in. */
  letIn(): Promise<SpoolRow[]>
  /** Stops it and removes its data. */
  remove(): Promise<void>
}

/** The environment of an ingress whose servers are not there. @param folder for its data */
export const loneEnv = (folder: string, given: Environment): Environment => ({
  PATH: process.env.PATH,
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
  BRIDGE_DATA_DIR: folder,
  KAFKA_BROKERS: '127.0.0.1:1',
  SCHEMA_REGISTRY_URL: 'http://127.0.0.1:1',
  METRICS_HOST: '127.0.0.1',
  METRICS_PORT: '0',
  INGRESS_HOST: '127.0.0.1',
  INGRESS_PORT: '0',
  INGRESS_DRAIN_SECONDS: '0',
  ...given,
})

export const startLoneIngress = async (given: Environment): Promise<LoneIngress> => {
  const folder = await mkdtemp(join(tmpdir(), 'bridge-test-'))
  const env = loneEnv(folder, given)
  const ingress = await startIngressProcess(env, folder).catch(async (error: unknown) => {
    await rm(folder, { recursive: true, force: true })
    throw error
  })
  return {
    ...ingress,
    spoolFolder: env.INGRESS_SPOOL_DIR ?? join(folder, 'spool'),
    letIn: () => Array.fromAsync(inspectSpool(env)),
    remove: async () => {
      await ingress.stop(20_000)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** What came back on a connection until it was closed or nothing more came. */
export interface RawAnswer {
  /** Of every answer on the connection. */
  statuses: number[]
  text: string
  /** Until the first byte of the answer, in milliseconds. */
  tookMs: number
}

/**
 * Writes bytes to a connection of its own, as they are.
 *
 * @param pieces written one after the other; a number waits that many milliseconds, `end` closes our half, `reset` breaks the connection
 * @param idleMs how long silence may last before the connection is given up
 */
export const sendRaw = (
  url: string,
  pieces: readonly (Buffer | string | number | 'end' | 'reset')[],
  idleMs = 1500,
): Promise<RawAnswer> =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(url)
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true })
    const startedAt = performance.now()
    const chunks: Buffer[] = []
    let tookMs = 0
    const settle = () => {
      socket.destroy()
      const text = Buffer.concat(chunks).toString('latin1')
      resolve({
        text,
        tookMs,
        statuses: [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status)),
      })
    }
    socket.setTimeout(idleMs, settle)
    socket.on('error', () => {})
    socket.on('close', settle)
    socket.on('end', settle)
    socket.on('data', (chunk) => {
      if (chunks.length === 0) tookMs = performance.now() - startedAt
      chunks.push(chunk)
    })
    const write = async () => {
      for (const piece of pieces) {
        if (socket.destroyed) return
        if (piece === 'end') socket.end()
        else if (piece === 'reset') socket.resetAndDestroy()
        else if (typeof piece === 'number') await new Promise((done) => setTimeout(done, piece))
        else socket.write(piece)
      }
    }
    socket.on('connect', () => void write())
  })

/** A request as bytes; header names and values are written as they are given. */
export const rawRequest = (
  body: Buffer | string,
  headers: readonly (readonly [string, string])[] = [],
  { method = 'POST', target = '/hooks', length = true, version = 'HTTP/1.1' } = {},
): Buffer =>
  Buffer.concat([
    Buffer.from(
      [
        `${method} ${target} ${version}`,
        'Host: bridge',
        ...headers.map(([name, value]) => `${name}: ${value}`),
        ...(length ? [`Content-Length: ${Buffer.byteLength(body)}`] : []),
        '',
        '',
      ].join('\r\n'),
      'latin1',
    ),
    Buffer.from(body),
  ])

/** The headers of a Standard Webhook. @param key `whsec_…` */
export const signed = (
  key: string,
  body: Buffer | string,
  {
    id = randomUUID() as string,
    atSeconds = Math.floor(Date.now() / 1000),
    timestamp = String(atSeconds),
  } = {},
): [string, string][] => {
  const mac = createHmac('sha256', Buffer.from(key.replace('whsec_', ''), 'base64'))
    .update(`${id}.${timestamp}.`)
    .update(body)
    .digest('base64')
  return [
    ['webhook-id', id],
    ['webhook-timestamp', timestamp],
    ['webhook-signature', `v1,${mac}`],
  ]
}
