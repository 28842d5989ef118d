import assert from 'node:assert/strict'
import kafkajs, { type Admin, type Kafka } from 'kafkajs'
import { eventually } from '../process/eventually.ts'
import { withAdmin } from './with-admin.ts'

/**
 * Replaces the settings of topics, and waits until the brokers report them. The controller acknowledges a
 * change before every broker knows it. A topic keeps no setting that is not named here.
 */
export const alterTopics = async (
  admin: Admin,
  topics: readonly string[],
  settings: Readonly<Record<string, string>>,
): Promise<void> => {
  const resources = topics.map((topic) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }))
  const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }))
  await admin.alterConfigs({
    validateOnly: false,
    resources: resources.map((resource) => ({ ...resource, configEntries })),
  })
  await eventually(async () => {
    const configNames = Object.keys(settings)
    const described = await admin.describeConfigs({
      includeSynonyms: false,
      resources: resources.map((resource) => ({ ...resource, configNames })),
    })
    for (const { configEntries: reported } of described.resources) {
      const pairs = reported.map(({ configName, configValue }) => [configName, configValue])
      assert.deepEqual(Object.fromEntries(pairs), settings)
    }
  })
}

/** Lets topics take records of so many bytes at most. */
export const limitTopicBytes = (kafka: Kafka, topics: readonly string[], bytes: number): Promise<void> =>
  withAdmin(kafka, (admin) => alterTopics(admin, topics, { 'max.message.bytes': String(bytes) }))
