import type { Fault } from '../fault.ts'
import { badSecret } from './bad-secret.ts'
import { brokerFrozen } from './broker-frozen.ts'
import { certificateExpired } from './certificate-expired.ts'
import { chatDown } from './chat-down.ts'
import { clockSkew } from './clock-skew.ts'
import { consumerStuck } from './consumer-stuck.ts'
import { databaseGone } from './database-gone.ts'
import { diskFull } from './disk-full.ts'
import { poisonRecord } from './poison-record.ts'
import { prometheusDown } from './prometheus-down.ts'
import { registryGone } from './registry-gone.ts'
import { workerStopped } from './worker-stopped.ts'

/** The faults of a game day, in the order in which they are injected. */
export const allFaults: readonly Fault[] = [
  brokerFrozen,
  registryGone,
  databaseGone,
  chatDown,
  badSecret,
  poisonRecord,
  workerStopped,
  consumerStuck,
  clockSkew,
  certificateExpired,
  prometheusDown,
  // Its last alert lasts for six hours.
  diskFull,
]
