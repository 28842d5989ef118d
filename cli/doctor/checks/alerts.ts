import { type Environment, readVariables } from '../../../lib/config.ts'
import { reasonOf } from '../../../lib/http/read-series.ts'
import { doctorVariables } from '../../variables/doctor-variables.ts'
import type { Finding } from '../finding.ts'

const check = 'alerts'
const answerMs = 5000

/** Whether alerts reach anybody. */
export const checkAlerts = async (env: Environment): Promise<Finding[]> => {
  const { ALERTMANAGER_URL: url } = readVariables(doctorVariables, env)
  if (url === undefined)
    return [
      {
        check,
        state: 'warning',
        says: 'Alerts go nowhere: ALERTMANAGER_URL is not set.',
        todo: 'run an Alertmanager, name it here and in prometheus.yml, then run `doctor --test-alert`',
      },
    ]
  const response = await ask(url, '/-/ready')
  return [
    response.ok
      ? {
          check,
          state: 'ok',
          says: 'Alertmanager is ready. `bridge doctor --test-alert` sends an alert through.',
        }
      : {
          check,
          state: 'problem',
          says: `Alertmanager answers ${response.status}.`,
          todo: 'look at its log',
        },
  ]
}

/** Sends an alert through Alertmanager to whoever receives alerts. It ends by itself after five minutes. */
export const sendTestAlert = async (env: Environment): Promise<Finding> => {
  const { ALERTMANAGER_URL: url } = readVariables(doctorVariables, env)
  if (url === undefined)
    return {
      check,
      state: 'problem',
      says: 'No alert was sent: ALERTMANAGER_URL is not set.',
      todo: 'set it',
    }
  const response = await ask(url, '/api/v2/alerts', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([testAlert(Date.now())]),
  })
  if (!response.ok)
    return {
      check,
      state: 'problem',
      says: `Alertmanager refused the test alert with ${response.status}.`,
      todo: 'compare its version: API v2 is needed',
    }
  return {
    check,
    state: 'ok',
    says: 'The alert BridgeTestAlert was sent.',
    todo: 'make sure that it arrives; if not, look at the receivers of Alertmanager',
  }
}

const testAlert = (now: number) => ({
  labels: { alertname: 'BridgeTestAlert', severity: 'critical', process: 'doctor' },
  annotations: {
    summary: 'This is a test of the way of alerts.',
    description: 'Somebody ran bridge doctor --test-alert. There is nothing to do.',
    runbook_url: 'docs/runbooks/alerts-do-not-arrive.md',
  },
  startsAt: new Date(now).toISOString(),
  endsAt: new Date(now + 300_000).toISOString(),
})

const ask = (url: string, path: string, request: RequestInit = {}): Promise<Response> =>
  fetch(`${url.replace(/\/$/, '')}${path}`, { ...request, signal: AbortSignal.timeout(answerMs) }).catch(
    (error: unknown) => {
      throw new Error(`Alertmanager does not answer at ALERTMANAGER_URL: ${reasonOf(error)}`)
    },
  )
