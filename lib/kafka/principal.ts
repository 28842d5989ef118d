import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Kafka } from 'kafkajs'
import { settingsOf } from './client-settings.ts'
import { type KafkaSettings, tokensOf } from './settings.ts'

/** The user of this client in the access control lists of Kafka, such as `User:bridge`. */
export const principalOf = (kafka: Kafka): string => {
  const settings = settingsOf(kafka)
  return settings === undefined ? 'User:ANONYMOUS' : principalOfSettings(settings)
}

/**
 * The user that the brokers see: the user name of SASL, or the subject of the token, or else the subject of
 * the client certificate. Brokers with rules of their own (`ssl.principal.mapping.rules`,
 * `sasl.oauthbearer.sub.claim.name`) may see another name.
 */
const principalOfSettings = (settings: KafkaSettings): string => {
  const {
    KAFKA_SSL,
    KAFKA_SSL_CERT_FILE: certFile,
    KAFKA_SASL_MECHANISM: mechanism,
    KAFKA_SASL_USERNAME: username,
    KAFKA_OAUTH_CLIENT_ID: clientId,
  } = settings
  if (mechanism === 'oauthbearer') return `User:${tokensOf(settings).subject() ?? clientId}`
  if (mechanism !== undefined) return `User:${username}`
  if (!KAFKA_SSL || certFile === undefined) return 'User:ANONYMOUS'
  try {
    // Node lists the parts of a subject in the opposite order of Kafka.
    return `User:${new X509Certificate(readFileSync(certFile)).subject.split('\n').reverse().join(',')}`
  } catch {
    return 'User:(the subject of KAFKA_SSL_CERT_FILE)'
  }
}
