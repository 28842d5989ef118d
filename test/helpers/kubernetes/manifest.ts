/** The parts of manifests that the tests look at. The schemas have checked their types. */
export interface Manifest {
  apiVersion: string
  kind: string
  metadata: { name: string; namespace?: string; labels?: Labels }
  spec?: ManifestSpec
  data?: Readonly<Record<string, string>>
}

export type Labels = Readonly<Record<string, string>>

export interface Selector {
  matchLabels?: Labels
}

export interface ManifestSpec {
  replicas?: number
  serviceName?: string
  selector?: Selector | Labels
  podSelector?: Selector
  policyTypes?: readonly string[]
  ingress?: readonly PolicyRule[]
  egress?: readonly PolicyRule[]
  ports?: readonly { name: string; port: number; targetPort: string }[]
  maxUnavailable?: number
  template?: PodTemplate
  persistentVolumeClaimRetentionPolicy?: { whenDeleted: string; whenScaled: string }
  volumeClaimTemplates?: readonly {
    metadata: { name: string }
    spec: { resources: { requests: { storage: string } } }
  }[]
}

export interface PolicyRule {
  ports?: readonly { port: number | string; protocol?: string }[]
  from?: readonly unknown[]
  to?: readonly unknown[]
}

export interface PodTemplate {
  metadata: { labels: Labels }
  spec: {
    serviceAccountName?: string
    automountServiceAccountToken?: boolean
    terminationGracePeriodSeconds: number
    hostNetwork?: boolean
    hostPID?: boolean
    hostIPC?: boolean
    securityContext: { runAsNonRoot?: boolean; runAsUser?: number; seccompProfile?: { type: string } }
    topologySpreadConstraints?: readonly { labelSelector: Selector; topologyKey: string }[]
    containers: readonly Container[]
    initContainers?: readonly Container[]
    volumes: readonly Volume[]
  }
}

export interface Volume {
  name: string
  secret?: { secretName: string }
  configMap?: { name: string; optional?: boolean }
  emptyDir?: object
  persistentVolumeClaim?: { claimName: string }
}

export interface Probe {
  httpGet?: { path: string; port: string }
}

export interface Container {
  image: string
  args: readonly string[]
  env?: readonly EnvVariable[]
  envFrom?: readonly { configMapRef?: { name: string }; secretRef?: { name: string } }[]
  ports?: readonly { name: string; containerPort: number; hostPort?: number }[]
  startupProbe?: Probe
  livenessProbe?: Probe
  readinessProbe?: Probe
  lifecycle?: { preStop?: { exec?: { command: readonly string[] } } }
  resources: { requests: Readonly<Record<string, string>>; limits: Readonly<Record<string, string>> }
  securityContext?: {
    allowPrivilegeEscalation?: boolean
    privileged?: boolean
    readOnlyRootFilesystem?: boolean
    capabilities?: { drop?: readonly string[]; add?: readonly string[] }
  }
  volumeMounts: readonly { name: string; mountPath: string; readOnly?: boolean }[]
}

export interface EnvVariable {
  name: string
  value?: string
  valueFrom?: { secretKeyRef?: { name: string; key: string; optional?: boolean } }
}

/** A workload and the pod that it makes. */
export interface Workload extends Manifest {
  spec: ManifestSpec & { template: PodTemplate }
}

export const isWorkload = (manifest: Manifest): manifest is Workload => manifest.spec?.template !== undefined

/** The only container of a pod. */
export const containerOf = ({ spec }: Workload): Container => {
  const [container, ...others] = spec.template.spec.containers
  if (container === undefined || others.length > 0) throw new Error('the pod has not exactly one container')
  return container
}
