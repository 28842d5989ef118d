import type { Fault } from '../fault.ts'

/** A database that has ended. The workers that write to it wait, and their records wait in Kafka. */
export const databaseGone: Fault = {
  name: 'database-gone',
  title: 'PostgreSQL is stopped',
  pages: ['WorkerIsStalled'],
  suppresses: ['WorkerWaits'],
  within: '15m',
  inject: async ({ servers }) => {
    await servers.server('postgres').stop(10_000)
    return { mend: async () => void (await servers.startAgain('postgres')) }
  },
  exitCodes: { 'bridge doctor': 1 },
}
