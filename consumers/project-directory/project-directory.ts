import { z } from 'zod'
import { port } from '../../lib/config.ts'
import { createPool, createReadPool } from '../../lib/database.ts'
import { readPositions } from '../../lib/database-positions.ts'
import { workerDatabaseUrl } from '../../lib/database-variable.ts'
import { defineConsumer } from '../consumer.ts'
import { forgetPositions, passRecord, writeBatch } from './apply/write-batch.ts'
import { directoryPersonalData } from './erase/personal-data.ts'
import { startHttp } from './http/start-http.ts'
import { createDirectoryMetrics } from './metrics.ts'
import { directoryEvents, observe } from './observe/observe.ts'
import { startCountingAmbiguous } from './reconcile/count-ambiguous.ts'
import { connectionName, rebuildFromGitlab } from './reconcile/rebuild-from-gitlab.ts'
import { startReconciling } from './reconcile/schedule.ts'

export const projectDirectoryVariables = z.object({
  PROJECT_DIRECTORY_DATABASE_URL: workerDatabaseUrl('project-directory'),
  PROJECT_DIRECTORY_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('Address on which the API of the directory listens. Any other than loopback needs tokens.'),
  PROJECT_DIRECTORY_PORT: port()
    .default(8091)
    .describe('Port of the API of the directory. 0 chooses any free port.'),
  PROJECT_DIRECTORY_TOKENS_FILE: z
    .string()
    .optional()
    .describe(
      'YAML file of the tokens for the API, each with projects and visibilities. ' +
        'It is read again when it changes. Unset: everybody on this machine may ask.',
    ),
})

const tables = (...names: string[]): string => names.map((name) => `project_directory.${name}`).join(', ')

/**
 * Keeps projects, groups, branches, tags and members as tables, and answers questions about them by HTTP.
 * Several hooks that report the same fact have one effect.
 */
export const projectDirectory = defineConsumer({
  name: 'project-directory',
  summary: 'Keeps projects, groups, branches, tags and members in PostgreSQL and answers by HTTP.',
  events: directoryEvents,
  begins: 'oldest',
  repeats: 'harmless',
  effect: 'internal',
  personalData: directoryPersonalData,
  database: {
    migrations: new URL('migrations/', import.meta.url),
    rights: [
      'usage on schema project_directory',
      `select, insert, update on ${tables('realms')}`,
      // These are deleted only when a person is erased, and by `bridge rebuild --from-gitlab`.
      `select, insert, update, delete on ${tables('holders', 'renames', 'members', 'refs')}`,
      `select, insert, update, delete on ${tables('positions', 'facts', 'paths', 'moves')}`,
    ],
  },
  serves: { port: 'PROJECT_DIRECTORY_PORT', host: 'PROJECT_DIRECTORY_HOST', endpoint: 'directory_url' },
  metricsPort: 9467,
  variables: projectDirectoryVariables,
  dryRun: (record) =>
    observe(record, 0).map((observation) => ({
      would: 'write',
      to: 'project_directory',
      content: observation,
    })),
  // Facts are recognised when they come again, so that a rebuild adds what is missing.
  rebuildOnlyAdds: true,
  forget: async ({ PROJECT_DIRECTORY_DATABASE_URL: url }) => {
    const pool = createReadPool(url, connectionName, 1)
    try {
      await forgetPositions(pool)
    } finally {
      await pool.end()
    }
  },
  rebuildFromGitlab: ({ PROJECT_DIRECTORY_DATABASE_URL: url }, gitlab) => rebuildFromGitlab(url, gitlab),
  gitlabApi: {
    scope: 'read_api',
    role: 'Reporter in the groups it keeps',
    without: 'Branches and projects from before the bridge are missing, and `complete` is false.',
  },
  async create(settings, logger, { gitlab, metrics }) {
    const { PROJECT_DIRECTORY_DATABASE_URL: url } = settings
    const pool = createPool(url, connectionName, logger)
    const directoryMetrics = createDirectoryMetrics(metrics)
    // Readers must not wait for a connection while batches wait for each other.
    const readers = createPool(url, `${connectionName}.api`, logger)
    const http = await startHttp(readers, settings, logger, directoryMetrics.countRequest)
    const stopCounting = startCountingAmbiguous(readers, directoryMetrics, logger)
    const reconciling = startReconciling({ pool, gitlab, metrics: directoryMetrics, logger })
    return {
      batchSize: 500,
      async handleBatch(records, { origins }) {
        const placed = records.map((record, at) => {
          const origin = origins[at]
          if (origin === undefined) throw new Error('the runtime did not say where a record comes from')
          return { record, origin }
        })
        return (await writeBatch(pool, placed)) === 0 ? 'skipped' : 'processed'
      },
      positions: {
        startAt: (partitions) => readPositions(pool, 'project_directory', partitions),
        pass: (origin) => passRecord(pool, origin),
      },
      close: async () => {
        await Promise.all([reconciling.stop(), stopCounting()])
        await http.close()
        await Promise.all([pool.end(), readers.end()])
      },
    }
  },
})
