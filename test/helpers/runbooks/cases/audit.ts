import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { auditLog } from '../../../../consumers/audit-log/audit-log.ts'
import type { Consumer } from '../../../../consumers/consumer.ts'
import type { Environment } from '../../../../lib/config.ts'
import { bringBackTables, keepTables, removeTriggers } from '../../audit/kept-tables.ts'
import { eventually } from '../../process/eventually.ts'
import { startWorkerInProcess } from '../../process/worker-in-process.ts'
import { publishPushes } from '../../records/publish-pushes.ts'
import { startReceiver } from '../../servers/chat/start-receiver.ts'
import type { DestinationStack } from '../destination-stack.ts'
import type { PageCase } from '../page-case.ts'
import { watchWorker } from '../watched-worker.ts'

/** Starts the worker, which signs a checkpoint each second. */
const startAuditLog = async ({ env }: DestinationStack, t: TestContext, more: Environment = {}) => {
  const settings = { ...env, AUDIT_LOG_CHECKPOINT_SECONDS: '1', ...more }
  const running = await startWorkerInProcess({ env: {} }, auditLog as unknown as Consumer, settings)
  let stopped: Promise<void> | undefined
  const stop = () => (stopped ??= running.stop())
  t.after(stop)
  return { ...running, stop }
}

const anchorAll = async (running: Awaited<ReturnType<typeof startAuditLog>>) =>
  eventually(async () => {
    assert.ok((await running.metric('consumer_handled_total{event="push",outcome="processed"}')) > 0)
    assert.equal(await running.metric('audit_log_unanchored_leaves'), 0)
  })

/** Pages about the proof of the audit log. */
export const auditCases: readonly PageCase<DestinationStack>[] = [
  {
    page: 'audit-log-is-not-anchored',
    broken: 'the second place of the checkpoints does not answer',
    breaks: async (stack, t) => {
      const place = await startReceiver()
      t.after(place.close)
      await place.refuse()
      const running = await startAuditLog(stack, t, { AUDIT_LOG_ANCHOR_URLS: `${place.url}/checkpoint` })
      await publishPushes(stack.stack, 2, { prefix: 'not-anchored' })
      return { env: stack.env, process: () => watchWorker(running), repair: place.accept }
    },
    Look: {
      log: { shows: /the audit log could not be anchored.*ECONNREFUSED/ },
      '/metrics': { shows: /^gitlab_bridge_audit_log_unanchored_leaves [1-9]/m },
    },
    Verify: {
      '/metrics': { shows: /^gitlab_bridge_audit_log_unanchored_leaves 0$/m },
      log: { shows: /the audit log is anchored again/ },
      'bridge audit verify': { shows: /The audit log is sound\.\nanchor .*, leaves: [1-9]/ },
    },
  },
  {
    page: 'audit-log-is-forked',
    broken: 'the database was restored from a backup',
    breaks: async (stack, t) => {
      const { pool } = stack.store
      const first = await startAuditLog(stack, t)
      await publishPushes(stack.stack, 3, { prefix: 'before-the-backup' })
      await anchorAll(first)
      await removeTriggers(pool)
      await keepTables(pool)
      await publishPushes(stack.stack, 3, { prefix: 'after-the-backup' })
      await eventually(async () => {
        const { rows } = await pool.query('select count(*)::int as leaves from audit_log.leaves')
        const kept = await pool.query('select count(*)::int as leaves from kept.leaves')
        assert.equal(rows[0]?.leaves, Number(kept.rows[0]?.leaves) + 3)
      })
      await anchorAll(first)
      await first.stop()
      await bringBackTables(pool)
      let running = await startAuditLog(stack, t)
      const restart = async () => {
        await running.stop()
        running = await startAuditLog(stack, t)
      }
      return { env: stack.env, process: () => watchWorker(running), restart }
    },
    Look: {
      '/readyz': { shows: /degraded: audit log forked: / },
      '/metrics': { shows: /^gitlab_bridge_audit_log_forked 1$/m },
      'bridge audit verify': { code: 1, shows: /rewritten: [\s\S]*The audit log is NOT sound\./ },
    },
    Do: {
      'bridge audit export --format ndjson': { shows: /"delivery_id":"before-the-backup-0"/ },
      'bridge audit rotate-key': { leftOut: 'no key was changed: see audit-key-rotation.test.ts' },
      'bridge lag': { shows: /^ok +\S+\.audit-log /m },
      'bridge audit new-epoch --after-restore': { shows: /^The log continues as / },
    },
    Verify: {
      '/metrics': { shows: /^gitlab_bridge_audit_log_forked 0$/m },
      '/readyz': { shows: /"ready"/ },
      'bridge audit verify': { code: 1, shows: /--accept/ },
    },
  },
]
