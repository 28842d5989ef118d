import type { Admin, Kafka } from 'kafkajs'

/** Runs an action with a connected admin client, and disconnects the client afterwards. */
export const withAdmin = async <T>(kafka: Kafka, action: (admin: Admin) => Promise<T>): Promise<T> => {
  const admin = kafka.admin()
  await admin.connect()
  try {
    return await action(admin)
  } finally {
    await admin.disconnect()
  }
}
