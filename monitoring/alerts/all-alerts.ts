import { accountingAlerts } from './accounting.ts'
import type { AlertGroup } from './alert.ts'
import { feedAlerts } from './event-feed.ts'
import { ingressAlerts } from './ingress.ts'
import { objectiveAlerts } from './objective.ts'
import { processAlerts } from './processes.ts'
import { directoryAlerts } from './project-directory.ts'
import { type MeasuredWorker, workerAlerts } from './workers.ts'

/** The alerts that are written in TypeScript, one group for each file of rules. */
export const allAlerts = (workers: readonly MeasuredWorker[]): AlertGroup[] => [
  objectiveAlerts,
  ingressAlerts,
  workerAlerts(workers),
  processAlerts,
  accountingAlerts,
  directoryAlerts,
  feedAlerts,
]
