import { Client, escapeIdentifier, escapeLiteral } from 'pg'

/** The name of the database and of the role that owns it. */
export const databaseName = 'gitlab_bridge'

/** Makes sure the database and its owner are there. The owner is no superuser, but may create the narrower roles of the workers. */
export const ensureOwner = async (superuserUrl: string, password: string): Promise<void> => {
  const client = new Client({ connectionString: superuserUrl, connectionTimeoutMillis: 2000 })
  // A server that goes away says so on the client too; what matters is the query that fails.
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
