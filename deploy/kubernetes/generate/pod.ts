import type { ClusterProcess, SecretVariable } from './process.ts'

const nameLabel = { 'app.kubernetes.io/name': 'gitlab-kafka-bridge' }

/** The labels by which a workload and a Service find the pods of a process. */
export const selectorOf = ({ name }: Pick<ClusterProcess, 'name'>) => ({
  ...nameLabel,
  'gitlab-kafka-bridge/process': name,
})

/** The labels of a pod. NetworkPolicies allow what `uses-…` says, and Prometheus scrapes `scraped`. */
export const labelsOf = (process: ClusterProcess): Record<string, string> => ({
  ...selectorOf(process),
  'app.kubernetes.io/component': process.component,
  ...(process.operationsPort !== undefined && { 'gitlab-kafka-bridge/scraped': 'true' }),
  ...Object.fromEntries(process.uses.map((use) => [`gitlab-kafka-bridge/uses-${use}`, 'true'])),
})

/** What the Pod Security Standard "restricted" asks of every pod. The image has the user 1000. */
const podSecurity = {
  runAsNonRoot: true,
  runAsUser: 1000,
  runAsGroup: 1000,
  fsGroup: 1000,
  fsGroupChangePolicy: 'OnRootMismatch',
  seccompProfile: { type: 'RuntimeDefault' },
}

const containerSecurity = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
}

/** @param restartPolicy unset for what always runs */
export const podOf = (process: ClusterProcess, restartPolicy?: 'OnFailure'): object => ({
  metadata: { labels: labelsOf(process) },
  spec: {
    serviceAccountName: 'bridge',
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(restartPolicy !== undefined && { restartPolicy }),
    // A worker stops within 10 s, and every process ends after 25 s at the latest.
    terminationGracePeriodSeconds: 40,
    securityContext: podSecurity,
    containers: [containerOf(process)],
    volumes: volumesOf(process),
  },
})

const containerOf = (process: ClusterProcess): object => ({
  name: 'bridge',
  image: 'gitlab-kafka-bridge',
  args: process.args,
  envFrom: [{ configMapRef: { name: 'settings' } }],
  env: [
    ...Object.entries(process.environment).map(([name, value]) => ({ name, value })),
    ...process.fromSecrets.map(secretVariable),
  ],
  ...(process.operationsPort !== undefined && {
    ports: [
      { name: 'operations', containerPort: process.operationsPort },
      ...(process.apiPort === undefined ? [] : [{ name: 'api', containerPort: process.apiPort }]),
    ],
    startupProbe: probe('/livez', { periodSeconds: 2, failureThreshold: 60 }),
    livenessProbe: probe('/livez', { periodSeconds: 15, failureThreshold: 4 }),
    readinessProbe: probe('/readyz', { periodSeconds: 5, failureThreshold: 2 }),
  }),
  resources: {
    // No limit of CPU: a process that is slowed down answers late and loses its partitions.
    requests: { cpu: '50m', memory: process.memory.request },
    limits: { memory: process.memory.limit },
  },
  securityContext: containerSecurity,
  volumeMounts: [
    { name: 'secrets', mountPath: '/secrets', readOnly: true },
    { name: 'files', mountPath: '/config', readOnly: true },
    { name: 'tmp', mountPath: '/tmp' },
    ...(process.keeps === undefined ? [] : [{ name: 'kept', mountPath: '/var/lib/gitlab-bridge' }]),
  ],
})

const secretVariable = ({ variable, secret, key, isOptional }: SecretVariable): object => ({
  name: variable,
  valueFrom: { secretKeyRef: { name: secret, key, ...(isOptional && { optional: true }) } },
})

const probe = (path: string, times: { periodSeconds: number; failureThreshold: number }): object => ({
  httpGet: { path, port: 'operations' },
  timeoutSeconds: 5,
  ...times,
})

const volumesOf = ({ name }: ClusterProcess): object[] => [
  { name: 'secrets', secret: { secretName: name, defaultMode: 0o440 } },
  { name: 'files', configMap: { name: 'files', optional: true } },
  { name: 'tmp', emptyDir: { sizeLimit: '64Mi' } },
]
