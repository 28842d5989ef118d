import { podOf, selectorOf } from './pod.ts'
import type { ClusterProcess } from './process.ts'

const metadataOf = (process: ClusterProcess, labels = {}): object => ({
  name: process.name,
  labels: { ...selectorOf(process), 'app.kubernetes.io/component': process.component, ...labels },
})

/** A Deployment, or a StatefulSet of one pod for a process that keeps files. */
export const workloadOf = (process: ClusterProcess): object =>
  process.keeps === undefined ? deploymentOf(process) : statefulSetOf(process, process.keeps)

const deploymentOf = (process: ClusterProcess): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: metadataOf(process),
  spec: {
    replicas: 1,
    revisionHistoryLimit: 3,
    selector: { matchLabels: selectorOf(process) },
    template: podOf(process),
  },
})

/** `kubectl delete` of a claim in a manifest would delete the files; a template keeps them. */
const statefulSetOf = (process: ClusterProcess, size: string): object => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: metadataOf(process),
  spec: {
    replicas: 1,
    revisionHistoryLimit: 3,
    serviceName: 'operations',
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    selector: { matchLabels: selectorOf(process) },
    template: podOf(process),
    volumeClaimTemplates: [
      {
        metadata: { name: 'kept' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: size } } },
      },
    ],
  },
})

/** The label of what must be there before the processes of a new version start. */
export const firstStep = { 'gitlab-kafka-bridge/step': 'setup' }

/** A Job that runs once. After a day it is deleted, so that the next `kubectl apply` runs it again. */
export const jobOf = (process: ClusterProcess): object => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: metadataOf(process, firstStep),
  spec: {
    backoffLimit: 6,
    ttlSecondsAfterFinished: 86_400,
    template: podOf(process, 'OnFailure'),
  },
})

/** The Service of an API, and the rule that lets other namespaces in. */
export const apiOf = (process: ClusterProcess): object[] => {
  if (process.apiPort === undefined) return []
  const allowed = { [`gitlab-kafka-bridge-${process.name}`]: 'allowed' }
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: metadataOf(process),
      spec: {
        selector: selectorOf(process),
        ports: [{ name: 'api', port: process.apiPort, targetPort: 'api' }],
      },
    },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: metadataOf(process),
      spec: {
        podSelector: { matchLabels: selectorOf(process) },
        policyTypes: ['Ingress'],
        ingress: [
          {
            from: [{ namespaceSelector: { matchLabels: allowed } }],
            ports: [{ port: 'api', protocol: 'TCP' }],
          },
        ],
      },
    },
  ]
}
