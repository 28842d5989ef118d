import { join } from 'node:path'
import { isInvented } from '../../../lib/invented-sources.ts'
import { splitLines } from '../archive/whole-lines.ts'
import { headOf } from '../model/head.ts'
import { reconcileRef } from '../model/reconcile.ts'
import type { PushLine } from '../push-line.ts'
import { parseLine } from '../read/parse-line.ts'
import type { ConsulKv } from './consul-kv.ts'
import type { Copy } from './copy-loop.ts'
import { openLogTail } from './log-tail.ts'

/**
 * The last pusher of every branch and tag in Consul: `gitlab/pushes/<project path>/<ref>` → the line of the
 * push, as JSON. What it has sent is remembered in the folder of the log, so that nothing is left out while
 * Consul or the worker is down.
 */
export const createConsulCopy = (folder: string, consul: ConsulKv): Copy => ({
  kind: 'consul',
  target: 'Consul',
  update: (signal) =>
    openLogTail(folder, join(folder, '.consul.json')).readNew(async (piece, name) => {
      signal.throwIfAborted()
      if (!name.endsWith('.ndjson')) return
      for (const [key, lines] of groupByKey(piece)) await putLastPusher(consul, key, lines, signal)
    }),
  close: async () => undefined,
})

const groupByKey = (piece: Buffer): Map<string, PushLine[]> => {
  const lines = splitLines(piece)
    .map(parseLine)
    .filter((line) => line !== undefined)
    .filter(({ project_path, source }) => project_path !== null && !isInvented(source))
  return Map.groupBy(lines, ({ project_path, ref }) => `gitlab/pushes/${project_path}/${ref}`)
}

/**
 * The push in Consul and the new ones together say which is the last one, in whatever order they arrive and
 * however often a line is sent.
 */
const putLastPusher = async (
  consul: ConsulKv,
  key: string,
  lines: readonly PushLine[],
  signal: AbortSignal,
): Promise<void> => {
  const stored = await consul.get(key, signal)
  const known = stored === undefined ? undefined : parseLine(stored)
  const head = headOf(reconcileRef(known === undefined ? lines : [known, ...lines]))
  if (head === undefined) return
  const value = JSON.stringify(head.line)
  if (value !== stored) await consul.put(key, value, signal)
}
