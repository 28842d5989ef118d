/** A process of the bridge as Kubernetes runs it. */
export interface ClusterProcess {
  /** The name of the pods and of the Secret with what only this process may know. */
  name: string
  /** The label `job` of its metrics, as monitoring/alerts expects it. */
  component: 'setup' | 'worker' | 'lag-exporter'
  /** What follows `bridge` on the command line. */
  args: readonly string[]
  /** Port of /metrics, /livez and /readyz; undefined for what ends by itself. */
  operationsPort?: number
  /** Port of its API. */
  apiPort?: number
  /** Environment variables with their values. Those of the ConfigMap `settings` come in addition. */
  environment: Readonly<Record<string, string>>
  /** Environment variables whose values are in Secrets. */
  fromSecrets: readonly SecretVariable[]
  /** Keys of its Secret that must exist. */
  secretKeys: readonly string[]
  /** Which servers it must reach besides Kafka. */
  uses: readonly Destination[]
  /** Size of the volume for the files that it keeps; undefined if it keeps none. */
  keeps?: string
  memory: { request: string; limit: string }
}

export interface SecretVariable {
  variable: string
  secret: string
  key: string
  isOptional: boolean
}

/** `outside`: GitLab's API, chats, trackers and whatever else is called. */
export type Destination = 'registry' | 'database' | 'outside'
