import { rm } from 'node:fs/promises'
import type { TestContext } from 'node:test'
import { setOffsets } from '../../../cli/offsets/set-offsets.ts'
import { chatNotifier } from '../../../consumers/chat-notifier/chat-notifier.ts'
import type { Consumer } from '../../../consumers/consumer.ts'
import type { OutboxStore } from '../../../consumers/delivery/outbox/store.ts'
import type { Environment } from '../../../lib/config.ts'
import { createReadPool } from '../../../lib/database.ts'
import { eventually } from '../process/eventually.ts'
import { startWorkerInProcess, type WorkerInProcess } from '../process/worker-in-process.ts'
import { publishPushes } from '../records/publish-pushes.ts'
import { routeAllTo } from '../records/route-all-to.ts'
import { type Receiver, startReceiver } from '../servers/chat/start-receiver.ts'
import { type Stack, withRole } from '../servers/stack.ts'
import { onePartition } from './own-ingress.ts'
import type { Watched } from './page-case.ts'
import { watchWorker } from './watched-worker.ts'

export interface DestinationStack {
  stack: Stack
  /** The variables of an operator. The database belongs to these cases alone: others would have residues. */
  env: Environment
  store: OutboxStore
}

/** A chat, and the worker that sends to it. */
export interface Chat {
  receiver: Receiver
  values: { worker: string; destination: string }
  env: Environment
  process(): Watched
  publish(count: number): Promise<unknown>
  startAgain(): Promise<void>
  stop(): Promise<void>
}

const worker = 'chat-notifier'

export const openDestinationStack = async (stack: Stack, databaseUrl: string): Promise<DestinationStack> => {
  const auditLogUrl = withRole(databaseUrl, 'audit_log', 'audit-log-password')
  await stack.setUp({ ...onePartition, DATABASE_URL: databaseUrl, AUDIT_LOG_DATABASE_URL: auditLogUrl })
  const env = {
    ...stack.env,
    ...onePartition,
    DATABASE_URL: databaseUrl,
    AUDIT_LOG_DATABASE_URL: auditLogUrl,
  }
  return { stack, env, store: { pool: createReadPool(databaseUrl, 'test', 2), schema: 'chat_notifier' } }
}

/** Starts the worker with one destination, of the type `json`. Each case has a destination of its own. */
export const openChat = async ({ stack, env }: DestinationStack, t: TestContext): Promise<Chat> => {
  await eventually(() => setOffsets(worker, { to: 'end' }, env))
  const receiver = await startReceiver()
  const folder = await stack.temporaryFolder()
  const to = { type: 'json', url: receiver.url, messages_per_minute: 60_000, timeout_seconds: 1 }
  const routed = await routeAllTo(folder, { ...to, fields: { events: '{{events}}' } }, { events: ['push'] })
  const start = (given: Environment) =>
    startWorkerInProcess(stack, chatNotifier as unknown as Consumer, { ...env, ...given })
  let running: WorkerInProcess | undefined = await start(routed.env)
  const stop = async () => {
    const last = running
    running = undefined
    await last?.stop()
  }
  t.after(async () => {
    await stop()
    await receiver.close()
    await rm(folder, { recursive: true, force: true })
  })
  return {
    receiver,
    values: { worker, destination: routed.destination },
    env: { ...env, ...routed.env },
    process: () => watchWorker(running as WorkerInProcess),
    publish: (count) => publishPushes(stack, count, { prefix: routed.destination }),
    stop,
    startAgain: async () => {
      await stop()
      running = await start(routed.env)
    },
  }
}
