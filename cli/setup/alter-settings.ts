import kafkajs, { type Admin } from 'kafkajs'
import { isRefusal } from './refused-plan.ts'

/** What `alterSettings` needs of the client. */
export type SettingsAdmin = Pick<Admin, 'alterConfigs'>

type Resource = Parameters<Admin['alterConfigs']>[0]['resources'][number]

/**
 * Replaces the settings of existing topics. Where the brokers refuse some topics, they change the others.
 *
 * @param configs by topic, the complete configuration
 * @throws AggregateError with one error for each topic that was refused; any other error of a broker
 */
export const alterSettings = async (
  admin: SettingsAdmin,
  configs: ReadonlyMap<string, Readonly<Record<string, string>>>,
): Promise<void> => {
  const resources = [...configs].map(([name, config]) => ({
    type: kafkajs.ConfigResourceTypes.TOPIC,
    name,
    configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
  }))
  if (resources.length === 0) return
  try {
    await admin.alterConfigs({ validateOnly: false, resources })
  } catch (error) {
    if (!isRefusal(error)) throw error
    const refusals = await findRefusals(admin, resources)
    throw refusals.length === 0 ? error : new AggregateError(refusals, 'Kafka refuses to change topics')
  }
}

/** The client's error does not say which topics it is about, so each one is asked for alone. */
const findRefusals = async (admin: SettingsAdmin, resources: readonly Resource[]): Promise<object[]> => {
  const refusals: object[] = []
  for (const resource of resources) {
    await admin.alterConfigs({ validateOnly: true, resources: [resource] }).catch((error: unknown) => {
      if (!isRefusal(error)) throw error
      const { name: topic } = resource
      refusals.push(Object.assign(error as Error, { topic, operation: 'AlterConfigs' }))
    })
  }
  return refusals
}
