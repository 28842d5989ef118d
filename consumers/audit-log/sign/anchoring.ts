import type { Pool } from '../../../lib/database.ts'
import type { Logger } from '../../../lib/logger.ts'
import type { Metrics } from '../../../lib/metrics/metrics.ts'
import { type AnchorSettings, anchorFile, auditLogFolder } from '../anchors/anchor-variables.ts'
import { createFileAnchor } from '../anchors/file-anchor.ts'
import { createHttpAnchor } from '../anchors/http-anchor.ts'
import { createWitnessAnchor } from '../anchors/witness-anchor.ts'
import { readSignerKey } from '../note/signer-key.ts'
import { readHead } from '../store/read-head.ts'
import { readKeyChanges } from '../store/read-key-changes.ts'
import { createTileReader } from '../store/tile-reader.ts'
import { createAuditLogMetrics } from './metrics.ts'
import { openSigningKey } from './open-signing-key.ts'
import { createSchedule } from './schedule.ts'
import { createSigner, type Signer } from './signer.ts'
import { watchHead } from './watch-head.ts'

/** Anchors the audit log outside of its database. */
export interface Anchoring {
  /** Says how many leaves the log has after rows were appended. */
  appended(size: number): void
  /** What is wrong, for `/readyz`; undefined if nothing is. */
  degradedBy(): string | undefined
  /** Anchors the newest rows, and ends. */
  stop(): Promise<void>
}

/** @throws UsageError if AUDIT_LOG_SIGNING_KEY is no key */
export const startAnchoring = (
  pool: Pool,
  settings: AnchorSettings,
  logger: Logger,
  metrics: Metrics,
): Anchoring => {
  const configuredKey = settings.AUDIT_LOG_SIGNING_KEY
  if (configuredKey !== undefined) readSignerKey(configuredKey)
  let signer: Signer | undefined
  let size = 0

  const openSigner = async (): Promise<Signer> => {
    const { origin } = await readHead(pool)
    return createSigner({
      key: await openSigningKey(configuredKey, auditLogFolder(settings), origin, logger),
      file: createFileAnchor(anchorFile(settings)),
      others: [
        ...settings.AUDIT_LOG_ANCHOR_URLS.map(createHttpAnchor),
        ...settings.AUDIT_LOG_WITNESSES.map(({ key, url }) => createWitnessAnchor(url, key)),
      ],
      readHead: () => readHead(pool),
      readKeyChanges: () => readKeyChanges(pool),
      createTileReader: () => createTileReader(pool),
      logger,
    })
  }

  const { forked, unanchored, anchoredAt } = createAuditLogMetrics(metrics)
  const report = () => {
    // While the signer cannot be opened, no row is known to be anchored.
    const { anchoredSize = 0, anchoredAt: at, forked: reason } = signer?.state() ?? {}
    size = Math.max(size, anchoredSize)
    forked.set(reason === undefined ? 0 : 1)
    unanchored.set(size - anchoredSize)
    if (at !== undefined) anchoredAt.set(at / 1000)
  }

  const schedule = createSchedule({
    logger,
    everyMs: settings.AUDIT_LOG_CHECKPOINT_SECONDS * 1000,
    sign: async () => {
      signer ??= await openSigner()
      await signer.sign().finally(report)
    },
  })
  // An earlier process may have ended before it could anchor its last rows.
  schedule.notify()

  const appended = (newSize: number) => {
    size = Math.max(size, newSize)
    report()
    schedule.notify()
  }
  const watch = watchHead({
    readSize: async () => (await readHead(pool)).range.size,
    onSize: (newSize) => {
      if (newSize > size) appended(newSize)
    },
  })

  return {
    appended,
    degradedBy: () => describeState(signer),
    stop: () => {
      watch.stop()
      return schedule.stop()
    },
  }
}

const describeState = (signer: Signer | undefined): string | undefined => {
  const { forked, unavailable = [] } = signer?.state() ?? {}
  if (forked !== undefined) return `audit log forked: ${forked}`
  return unavailable.length === 0 ? undefined : `audit log not anchored: ${unavailable.join(', ')}`
}
