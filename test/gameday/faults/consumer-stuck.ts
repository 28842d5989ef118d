import pg from 'pg'
import type { Fault } from '../fault.ts'

/** A handler that hangs: an open transaction of an operator holds the table that the worker writes to. */
export const consumerStuck: Fault = {
  name: 'consumer-stuck',
  title: 'An open transaction locks the table of the audit log',
  pages: ['WorkerIsStalled'],
  mayPage: { WorkerWaits: 'a request to the database has a limit of 30 s, and then the worker waits' },
  within: '15m',
  inject: async ({ servers }) => {
    const client = new pg.Client({ connectionString: servers.databaseUrl })
    await client.connect()
    await client.query('begin')
    await client.query('lock table audit_log.events in access exclusive mode')
    return {
      mend: async () => {
        await client.query('rollback')
        await client.end()
      },
    }
  },
}
