import assert from 'node:assert/strict'
import kafkajs, { type Kafka } from 'kafkajs'
import { eventually } from '../process/eventually.ts'
import { withAdmin } from './with-admin.ts'

/**
 * Sets `max.message.bytes` of topics, and waits until the brokers report it. The controller acknowledges a
 * change before every broker knows it.
 */
export const limitTopicBytes = (kafka: Kafka, topics: readonly string[], bytes: number): Promise<void> =>
  withAdmin(kafka, async (admin) => {
    const value = String(bytes)
    const name = 'max.message.bytes'
    const resources = topics.map((topic) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }))
    await admin.alterConfigs({
      validateOnly: false,
      resources: resources.map((resource) => ({ ...resource, configEntries: [{ name, value }] })),
    })
    await eventually(async () => {
      const described = await admin.describeConfigs({
        includeSynonyms: false,
        resources: resources.map((resource) => ({ ...resource, configNames: [name] })),
      })
      for (const { configEntries } of described.resources)
        assert.equal(configEntries.find(({ configName }) => configName === name)?.configValue, value)
    })
  })
