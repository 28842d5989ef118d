import type { KafkaConfig, Mechanism, SASLOptions } from 'kafkajs'
import { z } from 'zod'
import { flag, itemsOf, list, secret } from '../config.ts'
import { ConfigError } from '../errors.ts'
import { oauthVariables, readOAuth } from '../oauth-settings.ts'
import { createOAuthTokens, type OAuthTokens } from '../oauth-tokens.ts'
import { readRegularFile } from '../read-regular-file.ts'
import { oauthBearer } from './oauth-bearer.ts'

// kafkajs cannot connect to an IPv6 address: it takes the text before the first colon as the host.
const broker = z.string().refine((text) => {
  const [, port] = /^[^\s:/@]+:(\d{1,5})$/.exec(text) ?? []
  return Number(port) > 0 && Number(port) < 65536
}, 'must be host:port')

export const kafkaVariables = z.object({
  KAFKA_BROKERS: list()
    .pipe(z.array(broker).min(1, 'must name at least one broker'))
    .describe('Addresses of the Kafka brokers, host:port, comma separated.'),
  KAFKA_TOPIC_PREFIX: z
    .string()
    .regex(/^[a-zA-Z0-9._-]*$/, 'may hold letters, digits, dot, underscore and hyphen')
    .default('')
    .describe('Goes before every topic, subject and consumer group, for several bridges on one cluster.'),
  KAFKA_SSL: flag().default(false).describe('Connect by TLS.'),
  KAFKA_SSL_CA_FILE: z.string().optional().describe('Certificate authority of the brokers, PEM.'),
  KAFKA_SSL_CERT_FILE: z.string().optional().describe('Client certificate for mutual TLS, PEM.'),
  KAFKA_SSL_KEY_FILE: z.string().optional().describe('Key of the client certificate, PEM.'),
  KAFKA_SASL_MECHANISM: z
    .enum(['plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer'])
    .optional()
    .describe('How to log in to the brokers: plain, scram-sha-256, scram-sha-512 or oauthbearer.'),
  // In a key of a Kubernetes Secret that was made from a file, the name ends with a line break.
  KAFKA_SASL_USERNAME: z.string().trim().optional().describe('User name of the bridge on the brokers.'),
  KAFKA_SASL_PASSWORD: z.string().optional().describe('Password of that user.').meta(secret),
  ...oauthVariables('KAFKA_OAUTH', 'the brokers (with KAFKA_SASL_MECHANISM=oauthbearer)'),
  KAFKA_OAUTH_EXTENSIONS: z
    .string()
    .optional()
    .refine(
      (text) => text === undefined || extensionsOf(text) !== undefined,
      'must be name=value, comma separated',
    )
    .describe(
      'Extensions of the login that a cluster asks for, such as logicalCluster=lkc-1,identityPoolId=pool-1.',
    ),
})
export type KafkaSettings = z.output<typeof kafkaVariables>

/** @throws ConfigError naming the variable whose file cannot be read */
export const readTls = (settings: KafkaSettings): KafkaConfig['ssl'] => {
  const read = (variable: 'KAFKA_SSL_CA_FILE' | 'KAFKA_SSL_CERT_FILE' | 'KAFKA_SSL_KEY_FILE') => {
    const file = settings[variable]
    if (file === undefined) return undefined
    try {
      return readRegularFile(file).toString()
    } catch {
      throw new ConfigError([{ variable, problem: `cannot read ${file}` }])
    }
  }
  const ca = read('KAFKA_SSL_CA_FILE')
  const cert = read('KAFKA_SSL_CERT_FILE')
  const key = read('KAFKA_SSL_KEY_FILE')
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) }
}

/** The pairs of KAFKA_OAUTH_EXTENSIONS; undefined if the text has another form (RFC 7628, section 3.1). */
const extensionsOf = (text: string): Record<string, string> | undefined => {
  const pairs = itemsOf(text, ',').map((item) => /^([A-Za-z]+)=([\x21-\x7e]+)$/.exec(item))
  if (pairs.some((pair) => pair === null || pair[1] === 'auth')) return undefined
  return Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? '', pair?.[2] ?? '']))
}

const tokensBySettings = new WeakMap<KafkaSettings, OAuthTokens>()

/**
 * The tokens for the brokers, which all clients with the same settings share.
 *
 * @throws ConfigError naming the variable that is missing
 */
export const tokensOf = (settings: KafkaSettings): OAuthTokens => {
  const known = tokensBySettings.get(settings)
  if (known !== undefined) return known
  const because = 'KAFKA_SASL_MECHANISM is oauthbearer'
  const tokens = createOAuthTokens(readOAuth('KAFKA_OAUTH', settings, because))
  tokensBySettings.set(settings, tokens)
  return tokens
}

/** @throws ConfigError naming the variable that is missing beside KAFKA_SASL_MECHANISM */
export const readSasl = (settings: KafkaSettings): { sasl?: SASLOptions | Mechanism } => {
  const {
    KAFKA_SASL_MECHANISM: mechanism,
    KAFKA_SASL_USERNAME: username,
    KAFKA_SASL_PASSWORD: password,
    KAFKA_OAUTH_EXTENSIONS: extensions = '',
  } = settings
  if (mechanism === undefined) return {}
  if (mechanism === 'oauthbearer')
    return { sasl: oauthBearer(tokensOf(settings), extensionsOf(extensions) ?? {}) }
  if (username === undefined || password === undefined) {
    const variable = username === undefined ? 'KAFKA_SASL_USERNAME' : 'KAFKA_SASL_PASSWORD'
    throw new ConfigError([
      { variable, problem: 'is not set, but it is needed because KAFKA_SASL_MECHANISM is set' },
    ])
  }
  return { sasl: { mechanism, username, password } as SASLOptions }
}
