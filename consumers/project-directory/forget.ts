import { createReadPool } from '../../lib/database.ts'
import { forgetPositions } from './apply/write-batch.ts'
import { connectionName } from './reconcile/rebuild-from-gitlab.ts'
import type { ProjectDirectorySettings } from './variables.ts'

/** Deletes what the worker remembers of its progress. */
export const forget = async ({
  PROJECT_DIRECTORY_DATABASE_URL: url,
}: ProjectDirectorySettings): Promise<void> => {
  const pool = createReadPool(url, connectionName, 1)
  try {
    await forgetPositions(pool)
  } finally {
    await pool.end()
  }
}
