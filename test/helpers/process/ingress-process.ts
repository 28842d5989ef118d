import assert from 'node:assert/strict'
import type { Environment } from '../../../lib/config.ts'
import { startBridge } from './bridge-process.ts'
import { eventually } from './eventually.ts'
import type { NodeProcess } from './node-process.ts'
import { readSeries } from './read-series.ts'

/** An ingress as production starts it. */
export interface IngressProcess extends NodeProcess {
  /** Where hooks are posted to. */
  hookUrl: string
  /** The operations port, without a path. */
  operationsUrl: string
  /** The value of one series; 0 where the process does not export it. */
  metric(series: string): Promise<number>
  readiness(): Promise<{ code: number; status: string }>
}

/**
 * Starts `bridge ingress`; resolves once it accepts hooks.
 * @throws Error with its output if it ends before that
 */
export const startIngressProcess = async (env: Environment, cwd: string): Promise<IngressProcess> => {
  const ingress = await startBridge(['ingress'], env, cwd)
  const { hookUrl, metricsUrl } = await ingress.ready()
  const operationsUrl = metricsUrl.replace('/metrics', '')
  return {
    ...ingress,
    hookUrl: String(hookUrl),
    operationsUrl,
    metric: async (series) => (await readSeries(metricsUrl, series)) ?? 0,
    readiness: async () => {
      const response = await fetch(`${operationsUrl}/readyz`)
      return { code: response.status, ...((await response.json()) as { status: string }) }
    },
  }
}

/** Waits until the spool is empty and new hooks go straight to the brokers. */
export const untilDrained = (ingress: IngressProcess): Promise<void> =>
  eventually(async () => {
    assert.equal(await ingress.metric('ingress_connected'), 1)
    assert.equal(await ingress.metric('ingress_spool_records'), 0)
  }, 180_000)
