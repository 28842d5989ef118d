import type { Kafka } from 'kafkajs'
import type { KafkaSettings } from './settings.ts'

const settingsByClient = new WeakMap<Kafka, KafkaSettings>()

/** Remembers the settings of a client, for sentences that name them. */
export const keepSettings = (kafka: Kafka, settings: KafkaSettings): void =>
  void settingsByClient.set(kafka, settings)

/** The settings of a client that `createKafka` made. */
export const settingsOf = (kafka: Kafka): KafkaSettings | undefined => settingsByClient.get(kafka)
