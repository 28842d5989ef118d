import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import pg from 'pg'
import { consumers } from '../../../consumers/index.ts'
import type { Environment } from '../../../lib/config.ts'
import { readVariables } from '../../../lib/config.ts'
import type { EventType, RecordOf } from '../../../schemas/catalogue.ts'
import { carry, hookOf } from '../../helpers/carry.ts'
import { recordingLogger } from '../../helpers/recording-logger.ts'
import { fixtures } from '../../helpers/samples.ts'
import { openStack } from '../../helpers/stack.ts'

const stack = await openStack('twice')
await stack.setUp()

/** For each worker: what it needs, and what shows its effects, each as one text. */
const effectsOf: Readonly<Record<string, (ids: readonly string[]) => Promise<{ env: Environment; effects(): Promise<string[]> }>>> = {
  'audit-log': async (ids) => ({
    env: { AUDIT_LOG_DATABASE_URL: stack.auditLogUrl },
    effects: async () => {
      const client = new pg.Client({ connectionString: stack.databaseUrl })
      await client.connect()
      const { rows } = await client.query<{ delivery_id: string }>('select delivery_id from audit_log.events where delivery_id = any($1)', [
        ids,
      ])
      await client.end()
      return rows.map(({ delivery_id }) => delivery_id)
    },
  }),
  'push-author-log': async () => {
    const folder = await stack.temporaryFolder()
    return {
      env: { PUSH_AUTHOR_LOG_DIR: folder },
      effects: async () => readdirSync(folder).flatMap((file) => readFileSync(join(folder, file), 'utf8').trim().split('\n')),
    }
  },
}

/** One record of every sample, as a worker is given it. */
const records = await Promise.all(
  fixtures.map(async ({ body, headers }) => {
    const { event, decoded } = await carry(hookOf(body, headers))
    return { ...decoded, eventType: event } as unknown as RecordOf
  }),
)

for (const consumer of consumers) {
  test(`${consumer.name}: each of its events twice is one effect`, async () => {
    const harness = effectsOf[consumer.name]
    assert.ok(harness, `say in this file how to see what ${consumer.name} does`)
    const mine = records.filter(({ eventType }) => (consumer.events as readonly EventType[]).includes(eventType))
    const { env, effects } = await harness(mine.map(({ delivery }) => delivery.id))

    const giveAll = async () => {
      const handler = await consumer.create(readVariables(consumer.variables, { ...stack.env, ...env }), recordingLogger().logger)
      const context = { signal: new AbortController().signal }
      // Once as a call of its own and once more beside others, as after a crash in the middle of a batch.
      for (const record of mine) {
        if ('handle' in handler) await handler.handle(record, context)
        else await handler.handleBatch([record], context)
      }
      if ('handleBatch' in handler) await handler.handleBatch([...mine, ...mine.slice(0, 3)], context)
      await handler.close()
    }
    await giveAll()
    const once = await effects()
    assert.ok(once.length >= mine.length / 2, `${once.length} effects of ${mine.length} events`)
    await giveAll()
    const twice = await effects()
    assert.deepEqual(twice.toSorted(), once.toSorted())
    assert.equal(new Set(twice).size, twice.length)
  })
}
