import { join } from 'node:path'
import { z } from 'zod'
import { registryVariables } from '../lib/avro/registry.ts'
import { dataFolder, type Environment, flag, list, port, readVariables, secret } from '../lib/config.ts'
import { ConfigError } from '../lib/errors.ts'
import { operationsVariables } from '../lib/http/operations-server.ts'
import { kafkaVariables } from '../lib/kafka/client.ts'
import type { SourcesSettings } from './auth/read-sources.ts'
import { cidr, signingToken } from './auth/source.ts'

const seconds = (value: number) => z.coerce.number().positive().default(value)
const bytes = (value: number) => z.coerce.number().int().positive().default(value)
const count = (value: number) => z.coerce.number().int().positive().default(value)

const mebibyte = 1024 * 1024

export const ingressVariables = z.object({
  BRIDGE_DATA_DIR: dataFolder(),
  INGRESS_HOST: z.string().default('0.0.0.0').describe('Address on which hooks are received.'),
  INGRESS_PORT: port().default(8080).describe('Port on which hooks are received. 0: any free one.'),
  INGRESS_SECRET_TOKENS: list()
    .default([])
    .describe('Secret tokens of the hooks (X-Gitlab-Token); several during a rotation.')
    .meta(secret),
  INGRESS_SIGNING_TOKENS: list()
    .pipe(z.array(signingToken))
    .default([])
    .describe('Signing tokens of the hooks (whsec_…, GitLab 19.0 and later); several during a rotation.')
    .meta(secret),
  INGRESS_REQUIRE_SIGNATURE: flag()
    .default(false)
    .describe('Refuse hooks that are not signed, whatever their secret token.'),
  INGRESS_ALLOWED_CIDRS: list()
    .pipe(z.array(cidr))
    .default([])
    .describe('Address ranges hooks may come from; unset: any.'),
  INGRESS_INSTANCE: z
    .url()
    .optional()
    .describe('The GitLab instance that sends; unset: what the hook says (X-Gitlab-Instance).'),
  INGRESS_SOURCES_FILE: z
    .string()
    .optional()
    .describe('YAML file of several senders, each at /hooks/<name> with credentials of its own.'),
  INGRESS_TRUSTED_PROXIES: z.coerce
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('How many proxies in front of us write X-Forwarded-For.'),
  INGRESS_SIGNATURE_TOLERANCE_SECONDS: seconds(300).describe('How old or early a signed hook may be.'),
  INGRESS_FAILED_LOGINS_PER_MINUTE: count(30).describe(
    'Wrong credentials of one address that are answered 401; further ones 429.',
  ),
  INGRESS_TLS_CERT_FILE: z.string().optional().describe('Certificate to receive hooks by HTTPS, PEM.'),
  INGRESS_TLS_KEY_FILE: z.string().optional().describe('Key of that certificate, PEM.'),
  INGRESS_TLS_CLIENT_CA_FILE: z
    .string()
    .optional()
    .describe('Certificate authority of the senders, PEM: only they may connect.'),
  INGRESS_MAX_CONNECTIONS: count(2000).describe('Connections open at a time.'),
  INGRESS_MAX_BODY_BYTES: bytes(26 * mebibyte).describe(
    'Largest body accepted. GitLab sends at most 25 MiB.',
  ),
  INGRESS_UNPROVEN_BYTES: bytes(64 * mebibyte).describe(
    'Bodies buffered at a time whose signature is not verified yet.',
  ),
  INGRESS_BODY_TIMEOUT_SECONDS: seconds(4.5).describe(
    'How long a body may take to arrive. GitLab gives up after 10 s.',
  ),
  INGRESS_PUBLISH_DEADLINE_SECONDS: seconds(4).describe(
    'How long a hook waits for the brokers before it is spooled.',
  ),
  INGRESS_QUEUE_BYTES: bytes(64 * mebibyte).describe(
    'Records that wait for the brokers in memory; what comes on top is spooled.',
  ),
  INGRESS_SPOOL_DIR: z
    .string()
    .optional()
    .describe('Folder of the spool; unset: spool in BRIDGE_DATA_DIR. One process each.'),
  INGRESS_SPOOL_MAX_BYTES: bytes(1024 * mebibyte).describe(
    'Most the spool may take on disk; then hooks are answered 503. What is set aside may take a quarter on top.',
  ),
  INGRESS_DRAIN_SECONDS: z.coerce
    .number()
    .min(0)
    .default(5)
    .describe('How long hooks are still accepted after SIGTERM, for load balancers to notice.'),
})

const variables = z.object({
  ...ingressVariables.shape,
  ...operationsVariables(9464).shape,
  ...kafkaVariables.shape,
  ...registryVariables.shape,
})
export type IngressSettings = z.output<typeof variables>

/** Where the spool lies. */
export const spoolFolderOf = (
  settings: Pick<IngressSettings, 'BRIDGE_DATA_DIR' | 'INGRESS_SPOOL_DIR'>,
): string => settings.INGRESS_SPOOL_DIR ?? join(settings.BRIDGE_DATA_DIR, 'spool')

/** Where the ids of the schemas are kept. */
export const schemaIdsFileOf = ({ BRIDGE_DATA_DIR }: Pick<IngressSettings, 'BRIDGE_DATA_DIR'>): string =>
  join(BRIDGE_DATA_DIR, 'schema-ids.json')

/** @throws ConfigError also where what is set leaves the door open, or does not hold where it seems to */
export const readIngressSettings = (env: Environment): IngressSettings => {
  const settings = readVariables(variables, env)
  const { INGRESS_SECRET_TOKENS: tokens, INGRESS_SIGNING_TOKENS: keys, INGRESS_SOURCES_FILE: file } = settings
  const hasCredentials = tokens.length + keys.length > 0
  const openDoor =
    'is not set, nor is INGRESS_SIGNING_TOKENS or INGRESS_SOURCES_FILE: without a secret anybody could post hooks'
  demand(hasCredentials || file !== undefined, 'INGRESS_SECRET_TOKENS', openDoor)
  demand(
    keys.length > 0 || !settings.INGRESS_REQUIRE_SIGNATURE,
    'INGRESS_SIGNING_TOKENS',
    'is not set, but INGRESS_REQUIRE_SIGNATURE is',
  )
  const nowhere =
    'does not hold for the senders of INGRESS_SOURCES_FILE, and there are no others: say it there'
  demand(hasCredentials || settings.INGRESS_ALLOWED_CIDRS.length === 0, 'INGRESS_ALLOWED_CIDRS', nowhere)
  demand(hasCredentials || settings.INGRESS_INSTANCE === undefined, 'INGRESS_INSTANCE', nowhere)

  const {
    INGRESS_TLS_CERT_FILE: cert,
    INGRESS_TLS_KEY_FILE: key,
    INGRESS_TLS_CLIENT_CA_FILE: clientCa,
  } = settings
  demand(
    cert !== undefined || key === undefined,
    'INGRESS_TLS_CERT_FILE',
    'is not set, but INGRESS_TLS_KEY_FILE is',
  )
  demand(
    key !== undefined || cert === undefined,
    'INGRESS_TLS_KEY_FILE',
    'is not set, but INGRESS_TLS_CERT_FILE is',
  )
  demand(
    cert !== undefined || clientCa === undefined,
    'INGRESS_TLS_CERT_FILE',
    'is not set, but INGRESS_TLS_CLIENT_CA_FILE is',
  )

  const enough = 2 * settings.INGRESS_MAX_BODY_BYTES
  const narrow = `must be at least twice INGRESS_MAX_BODY_BYTES, ${enough}: a body that goes in pieces would never get through`
  demand(settings.INGRESS_QUEUE_BYTES >= enough, 'INGRESS_QUEUE_BYTES', narrow)
  return settings
}

const demand = (isMet: boolean, variable: keyof IngressSettings, problem: string): void => {
  if (!isMet) throw new ConfigError([{ variable, problem }])
}

/**
 * Where the sources are configured.
 *
 * @throws ConfigError like `readIngressSettings`
 */
export const readSourcesSettings = (env: Environment): SourcesSettings => {
  const settings = readIngressSettings(env)
  const tokenFiles = [env.INGRESS_SECRET_TOKENS_FILE, env.INGRESS_SIGNING_TOKENS_FILE]
  return {
    defaultSource: {
      secret_tokens: settings.INGRESS_SECRET_TOKENS,
      signing_tokens: settings.INGRESS_SIGNING_TOKENS,
      require_signature: settings.INGRESS_REQUIRE_SIGNATURE,
      allowed_cidrs: settings.INGRESS_ALLOWED_CIDRS,
      instance: settings.INGRESS_INSTANCE,
    },
    tokenFiles: tokenFiles.flatMap((file) => file || []),
    sourcesFile: settings.INGRESS_SOURCES_FILE,
  }
}
