import { z } from 'zod'
import { registryVariables } from '../lib/avro/registry-settings.ts'
import {
  byteSize,
  count,
  dataFolder,
  type Environment,
  flag,
  list,
  port,
  readVariables,
  seconds,
  secret,
} from '../lib/config.ts'
import { ConfigError, type ConfigFault } from '../lib/errors.ts'
import { operationsVariables } from '../lib/http/operations-variables.ts'
import { instanceUrl } from '../lib/instance-url.ts'
import { kafkaVariables } from '../lib/kafka/client.ts'
import type { SourcesSettings } from './auth/read-sources.ts'
import { cidr, signingToken } from './auth/source.ts'
import { tokenFilesOf } from './auth/token-files.ts'

const positiveSeconds = (value: number) => seconds().min(0.001).default(value)
const bytes = (value: number) => byteSize().default(value)
const optionalText = () => z.string().optional()

const mebibyte = 1024 * 1024

export const ingressVariables = z.object({
  BRIDGE_DATA_DIR: dataFolder(),
  INGRESS_HOST: z.string().default('0.0.0.0').describe('Address on which hooks are received.'),
  INGRESS_PORT: port().default(8080).describe('Port on which hooks are received. 0: any free port.'),
  INGRESS_SECRET_TOKENS: list()
    .default([])
    .describe('Secret tokens of the hooks (X-Gitlab-Token). Give several during a rotation.')
    .meta(secret),
  INGRESS_SIGNING_TOKENS: list()
    .pipe(z.array(signingToken))
    .default([])
    .describe('Signing tokens of the hooks (whsec_…, GitLab 19.0 and later). Give several during a rotation.')
    .meta(secret),
  INGRESS_REQUIRE_SIGNATURE: flag()
    .default(false)
    .describe('Reject every hook that is not signed, even if its secret token is right.'),
  INGRESS_ALLOWED_CIDRS: list()
    .pipe(z.array(cidr))
    .default([])
    .describe('Address ranges from which hooks are accepted. Unset: any address.'),
  INGRESS_INSTANCE: instanceUrl
    .optional()
    .describe('URL of the GitLab instance that sends. Unset: each hook names it (X-Gitlab-Instance).'),
  INGRESS_SOURCES_FILE: optionalText().describe(
    'YAML file that lists several senders. Each has its own path /hooks/<name> and its own credentials.',
  ),
  INGRESS_TRUSTED_PROXIES: z.coerce
    .number()
    .int()
    .min(0)
    .max(100)
    .default(0)
    .describe('Number of proxies in front of the ingress that add to X-Forwarded-For.'),
  INGRESS_SIGNATURE_TOLERANCE_SECONDS: positiveSeconds(300).describe(
    'Largest difference between the timestamp of a signed hook and our clock.',
  ),
  INGRESS_FAILED_LOGINS_PER_MINUTE: count()
    .default(30)
    .describe('How often one address may send wrong credentials and get 401. After that it gets 429.'),
  INGRESS_TLS_CERT_FILE: optionalText().describe('Certificate for receiving hooks by HTTPS, PEM.'),
  INGRESS_TLS_KEY_FILE: optionalText().describe('Private key of that certificate, PEM.'),
  INGRESS_TLS_CLIENT_CA_FILE: optionalText().describe(
    'Certificate authority of the senders, PEM. If set, only senders with its certificates can connect.',
  ),
  INGRESS_MAX_CONNECTIONS: count()
    .default(2000)
    .describe(
      'How many connections can be open at the same time. The limit of open files (ulimit -n) can lower it.',
    ),
  INGRESS_MAX_CONNECTIONS_PER_ADDRESS: count()
    .optional()
    .describe(
      'How many connections one address may hold without a hook of a proven sender. Unset: half of all. ' +
        'Behind proxies it has no effect.',
    ),
  INGRESS_MAX_BODY_BYTES: bytes(26 * mebibyte).describe(
    'Largest body that is accepted. GitLab sends at most 25 MiB.',
  ),
  INGRESS_UNPROVEN_BYTES: bytes(64 * mebibyte).describe(
    'Memory for bodies whose signature has not been verified yet, for all connections together.',
  ),
  INGRESS_BODY_TIMEOUT_SECONDS: positiveSeconds(4.5).describe(
    'How long a body may take to arrive. GitLab gives up after 10 s.',
  ),
  INGRESS_PUBLISH_DEADLINE_SECONDS: positiveSeconds(4).describe(
    'How long a hook waits for the brokers before it is spooled.',
  ),
  INGRESS_QUEUE_BYTES: bytes(64 * mebibyte).describe(
    'Memory for records that wait for the brokers. When it is full, hooks are spooled.',
  ),
  INGRESS_SPOOL_DIR: optionalText().describe(
    'Folder of the spool, for one process only. Unset: the folder spool in BRIDGE_DATA_DIR.',
  ),
  INGRESS_SPOOL_ALLOW_TMPFS: flag()
    .default(false)
    .describe('Accept a spool in memory (tmpfs). A restart then loses hooks that were answered with 202.'),
  INGRESS_SPOOL_MAX_BYTES: bytes(1024 * mebibyte).describe(
    'Largest size of the spool on disk. When it is full, hooks get 503. Hooks set aside may add a quarter.',
  ),
  INGRESS_CANARY_SECONDS: seconds()
    .min(0.1)
    .max(15)
    .default(15)
    .describe('How often a canary record is published and read back. The alerts expect 15 or less.'),
  INGRESS_DRAIN_SECONDS: seconds()
    .min(0)
    .default(5)
    .describe('How long hooks are still accepted after SIGTERM, so that load balancers notice it.'),
})

const variables = z.object({
  ...ingressVariables.shape,
  ...operationsVariables(9464).shape,
  ...kafkaVariables.shape,
  ...registryVariables.shape,
})
export type IngressSettings = z.output<typeof variables>

/** Milliseconds left for the brokers and the disk if the body used all of its own time. */
const reserveMs = 1000

/**
 * The time from the headers of a hook to its answer, at most, in milliseconds: 5.5 s by default. GitLab gives
 * up after 10 s.
 */
export const answerWithinMs = ({
  INGRESS_BODY_TIMEOUT_SECONDS,
  INGRESS_PUBLISH_DEADLINE_SECONDS,
}: Pick<IngressSettings, 'INGRESS_BODY_TIMEOUT_SECONDS' | 'INGRESS_PUBLISH_DEADLINE_SECONDS'>): number =>
  Math.max(INGRESS_BODY_TIMEOUT_SECONDS, INGRESS_PUBLISH_DEADLINE_SECONDS) * 1000 + reserveMs

/**
 * Reads the settings of the ingress.
 *
 * @throws ConfigError naming every variable at fault: by itself, or else together with others, for example
 *   because anybody could post hooks or because a setting would have no effect
 */
export const readIngressSettings = (env: Environment): IngressSettings => {
  const settings = readVariables(variables, env)
  const faults = [...credentialFaults(settings), ...certificateFaults(settings), ...queueFaults(settings)]
  if (faults.length > 0) throw new ConfigError(faults)
  return settings
}

/**
 * Reads the same settings without asking for credentials, for what receives no hooks.
 *
 * @throws ConfigError naming every variable that is wrong by itself
 */
export const readDeliverySettings = (env: Environment): IngressSettings => readVariables(variables, env)

/**
 * Where the sources are configured.
 *
 * @throws ConfigError like `readIngressSettings`
 */
export const readSourcesSettings = (env: Environment): SourcesSettings => {
  const settings = readIngressSettings(env)
  return {
    defaultSource: {
      secret_tokens: settings.INGRESS_SECRET_TOKENS,
      signing_tokens: settings.INGRESS_SIGNING_TOKENS,
      require_signature: settings.INGRESS_REQUIRE_SIGNATURE,
      allowed_cidrs: settings.INGRESS_ALLOWED_CIDRS,
      instance: settings.INGRESS_INSTANCE,
    },
    tokenFiles: tokenFilesOf(env, settings),
    sourcesFile: settings.INGRESS_SOURCES_FILE,
  }
}

const credentialFaults = (settings: IngressSettings): ConfigFault[] => {
  const hasSigningTokens = settings.INGRESS_SIGNING_TOKENS.length > 0
  const hasCredentials = hasSigningTokens || settings.INGRESS_SECRET_TOKENS.length > 0
  const hasFile = settings.INGRESS_SOURCES_FILE !== undefined
  const isForNobody = hasFile && !hasCredentials
  return faultsWhere(
    [
      !hasCredentials && !hasFile,
      'INGRESS_SECRET_TOKENS',
      'is not set, nor is INGRESS_SIGNING_TOKENS or INGRESS_SOURCES_FILE: ' +
        'without a secret anybody could post hooks',
    ],
    [
      settings.INGRESS_REQUIRE_SIGNATURE && !hasSigningTokens,
      'INGRESS_SIGNING_TOKENS',
      'is not set, but INGRESS_REQUIRE_SIGNATURE is',
    ],
    [
      isForNobody && settings.INGRESS_ALLOWED_CIDRS.length > 0,
      'INGRESS_ALLOWED_CIDRS',
      'has no effect on the senders of INGRESS_SOURCES_FILE: set allowed_cidrs in that file',
    ],
    [
      isForNobody && settings.INGRESS_INSTANCE !== undefined,
      'INGRESS_INSTANCE',
      'has no effect on the senders of INGRESS_SOURCES_FILE: set instance in that file',
    ],
  )
}

const certificateFaults = (settings: IngressSettings): ConfigFault[] => {
  const hasCertificate = settings.INGRESS_TLS_CERT_FILE !== undefined
  const hasKey = settings.INGRESS_TLS_KEY_FILE !== undefined
  const hasClientCa = settings.INGRESS_TLS_CLIENT_CA_FILE !== undefined
  return faultsWhere(
    [hasKey && !hasCertificate, 'INGRESS_TLS_CERT_FILE', 'is not set, but INGRESS_TLS_KEY_FILE is'],
    [hasCertificate && !hasKey, 'INGRESS_TLS_KEY_FILE', 'is not set, but INGRESS_TLS_CERT_FILE is'],
    [
      hasClientCa && !hasCertificate,
      'INGRESS_TLS_CERT_FILE',
      'is not set, but INGRESS_TLS_CLIENT_CA_FILE is',
    ],
  )
}

/** A large body is sent in chunks, and these wait in the queue together with other records. */
const queueFaults = (settings: IngressSettings): ConfigFault[] => {
  const minBytes = 2 * settings.INGRESS_MAX_BODY_BYTES
  return faultsWhere(
    [
      settings.INGRESS_UNPROVEN_BYTES < settings.INGRESS_MAX_BODY_BYTES,
      'INGRESS_UNPROVEN_BYTES',
      `must be at least INGRESS_MAX_BODY_BYTES (${settings.INGRESS_MAX_BODY_BYTES}): ` +
        'otherwise the largest signed bodies never fit in',
    ],
    [
      settings.INGRESS_QUEUE_BYTES < minBytes,
      'INGRESS_QUEUE_BYTES',
      `must be at least twice INGRESS_MAX_BODY_BYTES (${minBytes}): ` +
        'otherwise the largest bodies never fit in',
    ],
  )
}

type Rule = readonly [isBroken: boolean, variable: keyof IngressSettings, problem: string]

const faultsWhere = (...rules: readonly Rule[]): ConfigFault[] =>
  rules.filter(([isBroken]) => isBroken).map(([, variable, problem]) => ({ variable, problem }))
