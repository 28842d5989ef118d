import { parse } from 'yaml'
import { consumers } from '../../../consumers/index.ts'
import { allAlerts } from '../../../monitoring/alerts/all-alerts.ts'
import { renderRules } from '../../../monitoring/render/render-rules.ts'

/** All rules of monitoring/prometheus/rules, for the Prometheus Operator. */
export const prometheusRule = (): object => ({
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'PrometheusRule',
  metadata: { name: 'gitlab-kafka-bridge', labels: { 'app.kubernetes.io/name': 'gitlab-kafka-bridge' } },
  spec: { groups: allAlerts(consumers).flatMap((group) => groupsOf(renderRules(group))) },
})

const groupsOf = (text: string): object[] => (parse(text) as { groups: object[] }).groups
