import { migrateDatabase } from '../../../cli/setup/database/migrate-database.ts'
import { projectDirectory } from '../../../consumers/project-directory/project-directory.ts'
import { quietLogger } from '../../../lib/logger.ts'

/** Makes the tables of the directory and the role in the answer, as `bridge setup` does. */
export const migrateDirectory = async (ownerUrl: string): Promise<string> => {
  const role = new URL(ownerUrl)
  role.username = 'project_directory'
  role.password = 'directory-password'
  const { database } = projectDirectory
  if (database === undefined) throw new Error('the directory has no database')
  const variable = 'PROJECT_DIRECTORY_DATABASE_URL'
  const user = { worker: 'project-directory', variable, url: role.href, database }
  await migrateDatabase(ownerUrl, [user], quietLogger())
  return role.href
}
