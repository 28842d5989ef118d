import type { Pool } from '../../../lib/database.ts'

/**
 * Takes the old versions of rows out of partitions. PostgreSQL keeps them until then.
 *
 * @returns the partitions that were not vacuumed, because the role may not do that
 */
export const vacuumPartitions = async (pool: Pool, partitions: readonly string[]): Promise<string[]> => {
  const client = await pool.connect()
  const refused: string[] = []
  let isRefused = false
  // A role without the right gets a warning and no error.
  const onNotice = ({ severity }: { severity?: string | undefined }) => {
    if (severity === 'WARNING') isRefused = true
  }
  client.on('notice', onNotice)
  try {
    for (const partition of partitions) {
      isRefused = false
      await client.query(`vacuum ${partition}`)
      if (isRefused) refused.push(partition)
    }
    return refused
  } finally {
    client.off('notice', onNotice)
    client.release()
  }
}
