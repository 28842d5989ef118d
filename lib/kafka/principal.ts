import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Kafka } from 'kafkajs'
import { settingsOf } from './client-settings.ts'
import type { KafkaSettings } from './settings.ts'

/** The user of this client in the access control lists of Kafka, such as `User:bridge`. */
export const principalOf = (kafka: Kafka): string => {
  const settings = settingsOf(kafka)
  return settings === undefined ? 'User:ANONYMOUS' : principalOfSettings(settings)
}

/**
 * The user that the brokers see: the user name of SASL, else the subject of the client certificate. Brokers
 * with rules of their own (`ssl.principal.mapping.rules`) may shorten the subject.
 */
const principalOfSettings = ({
  KAFKA_SSL,
  KAFKA_SSL_CERT_FILE: certFile,
  KAFKA_SASL_MECHANISM: mechanism,
  KAFKA_SASL_USERNAME: username,
}: KafkaSettings): string => {
  if (mechanism !== undefined) return `User:${username}`
  if (!KAFKA_SSL || certFile === undefined) return 'User:ANONYMOUS'
  try {
    // Node lists the parts of a subject in the opposite order of Kafka.
    return `User:${new X509Certificate(readFileSync(certFile)).subject.split('\n').reverse().join(',')}`
  } catch {
    return 'User:(the subject of KAFKA_SSL_CERT_FILE)'
  }
}
