import type { Kafka } from 'kafkajs'
import { type ConfigFault, messageOf, RefusedSettingError } from '../errors.ts'
import { settingsOf } from './client-settings.ts'
import { type AddressVerdict, probeAddress } from './probe-address.ts'
import { readTls } from './settings.ts'

const connected = new WeakSet<Kafka>()

/**
 * Finds out, before a client connects for the first time, whether a setting keeps it from ever connecting.
 * The client itself would try again for a long time, with an error that names no variable. Brokers that do
 * not answer are no reason to fail: they may come back.
 *
 * @throws RefusedSettingError naming the variable
 */
export const requireConnection = async (kafka: Kafka): Promise<void> => {
  const settings = settingsOf(kafka)
  if (settings === undefined || connected.has(kafka)) return
  const tls = settings.KAFKA_SSL ? (readTls(settings) as object) : undefined
  const addresses = settings.KAFKA_BROKERS
  const verdicts = await Promise.all(addresses.map((address) => probeAddress(address, tls)))
  const faults = verdicts.flatMap((verdict, index) => faultOf(verdict, addresses[index] ?? '') ?? [])
  if (verdicts.some(({ kind }) => kind === 'fits')) connected.add(kafka)
  else if (faults[0] !== undefined) throw new RefusedSettingError([faults[0]])
}

const faultOf = (verdict: AddressVerdict, address: string): ConfigFault | undefined => {
  switch (verdict.kind) {
    case 'fits':
    case 'unreachable':
      return undefined
    case 'expects TLS':
      return { variable: 'KAFKA_SSL', problem: `the broker ${address} expects TLS: set it to true` }
    case 'no TLS':
      return { variable: 'KAFKA_SSL', problem: `is true, but the broker ${address} does not speak TLS` }
    case 'certificate refused by us':
      return {
        variable: 'KAFKA_SSL_CA_FILE',
        problem:
          `the certificate of the broker ${address} is not valid: ${verdict.detail}. ` +
          'Name the file of the authority that issued it',
      }
    case 'certificate refused by it':
      return {
        variable: 'KAFKA_SSL_CERT_FILE',
        problem: `the broker ${address} refuses our client certificate, or wants one: ${verdict.detail}`,
      }
  }
}

/**
 * The error for brokers that refuse the login.
 *
 * @returns undefined for any other error
 */
export const refusedLogin = (error: unknown): RefusedSettingError | undefined => {
  if (!(error instanceof Error)) return undefined
  if (error instanceof RefusedSettingError) return error
  if (error.name !== 'KafkaJSSASLAuthenticationError') return refusedLogin(error.cause)
  const isMechanism = /mechanism is not supported/.test(error.message)
  if (isMechanism) return refusalOf('KAFKA_SASL_MECHANISM', `the brokers do not know it: ${messageOf(error)}`)
  if (/OAUTHBEARER/.test(error.message))
    return refusalOf(
      'KAFKA_OAUTH_TOKEN_URL',
      `the brokers refuse the token that it issued: ${messageOf(error)}. ` +
        'Compare KAFKA_OAUTH_SCOPE and KAFKA_OAUTH_AUDIENCE with what the brokers expect',
    )
  return refusalOf(
    'KAFKA_SASL_PASSWORD',
    `the brokers refuse it, or KAFKA_SASL_USERNAME: ${messageOf(error)}`,
  )
}

const refusalOf = (variable: string, problem: string) => new RefusedSettingError([{ variable, problem }])
