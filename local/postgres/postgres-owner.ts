import { Client, escapeIdentifier, escapeLiteral } from 'pg'

/** The name of the database and of its owner role. */
export const databaseName = 'gitlab_bridge'

/**
 * Creates the database and its owner role if they do not exist. The owner is not a superuser, but it may
 * create the roles of the workers.
 */
export const ensureOwner = async (superuserUrl: string, password: string): Promise<void> => {
  const client = new Client({ connectionString: superuserUrl, connectionTimeoutMillis: 2000 })
  // Without a listener, a lost connection would end the process. The query that fails reports it anyway.
  client.on('error', () => {})
  await client.connect()
  try {
    const name = escapeIdentifier(databaseName)
    const role = await client.query('select 1 from pg_roles where rolname = $1', [databaseName])
    if (role.rowCount === 0)
      await client.query(`create role ${name} login createrole password ${escapeLiteral(password)}`)
    const database = await client.query('select 1 from pg_database where datname = $1', [databaseName])
    if (database.rowCount === 0) await client.query(`create database ${name} owner ${name}`)
  } finally {
    await client.end()
  }
}
