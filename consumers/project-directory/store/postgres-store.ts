import type { Connection } from '../../../lib/database.ts'
import type { DirectoryStore } from './directory-store.ts'
import { holderQueries } from './holder-queries.ts'
import { memberQueries } from './member-queries.ts'
import { pathQueries } from './path-queries.ts'
import { refQueries } from './ref-queries.ts'

/** The directory in PostgreSQL. @param connection with an open transaction */
export const createPostgresStore = (connection: Connection): DirectoryStore => ({
  ...holderQueries(connection),
  ...pathQueries(connection),
  ...refQueries(connection),
  ...memberQueries(connection),
})
