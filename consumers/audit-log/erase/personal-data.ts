import { z } from 'zod'
import { type Environment, readVariables } from '../../../lib/config.ts'
import { createReadPool, type Pool } from '../../../lib/database.ts'
import { roleDatabaseUrl } from '../../../lib/database-variable.ts'
import { messageOf, UsageError } from '../../../lib/errors.ts'
import type { PersonalDataFunctions, StoreReport } from '../../personal-data/personal-data.ts'
import { auditEraser } from './audit-eraser.ts'
import { createErasedPeopleFile } from './erased-people-file.ts'
import { type ErasureSettings, erasureFolder, erasureVariables, openErasureKey } from './erasure-key.ts'
import { digestsOf } from './person-digests.ts'
import { personJson } from './person-json.ts'
import { vacuumPartitions } from './vacuum.ts'

const variables = z.object({
  AUDIT_ERASER_DATABASE_URL: roleDatabaseUrl(auditEraser.usedBy),
  ...erasureVariables.shape,
})

const withEraser = async <T>(
  env: Environment,
  action: (pool: Pool, settings: ErasureSettings) => Promise<T>,
): Promise<T> => {
  const { AUDIT_ERASER_DATABASE_URL: url, ...settings } = readVariables(variables, env)
  const pool = createReadPool(url, 'gitlab-bridge.audit-erase', 1)
  try {
    return await action(pool, settings)
  } finally {
    await pool.end()
  }
}

const store = 'audit_log.events'

interface Erased {
  own: string
  mentions: string
  leaf: string | null
  partitions: string[]
  erased_at: Date
}

/** How the audit log finds and erases a person. Proofs stay valid: only values, digests and salts go. */
export const auditLogPersonalData: PersonalDataFunctions = {
  find: (person, env) =>
    withEraser(env, async (pool) => {
      const { rows } = await pool.query<{ own: string; mentions: string }>(
        'select own, mentions from audit_log.count_person($1)',
        [personJson(person)],
      )
      return [
        { store, count: Number(rows[0]?.own), what: 'rows in which the person is actor or subject' },
        { store, count: Number(rows[0]?.mentions), what: 'rows that mention the person' },
      ]
    }),

  erase: (person, reason, env) =>
    withEraser(env, async (pool, settings) => {
      const digests = digestsOf(person, await openErasureKey(settings))
      const { rows } = await pool
        .query<Erased>('select own, mentions, leaf, partitions, erased_at from audit_log.erase($1, $2, $3)', [
          ...[personJson(person), reason, JSON.stringify(digests)],
        ])
        .catch((error: unknown) => {
          if ((error as { code?: unknown }).code !== '55000') throw error
          throw new UsageError(`Nothing was erased: ${messageOf(error)}.`, { cause: error })
        })
      const [{ own, mentions, leaf, partitions, erased_at }] = rows as [Erased]
      await createErasedPeopleFile(erasureFolder(settings)).add([{ erasedAt: erased_at.getTime(), digests }])
      const what =
        leaf === null
          ? 'no row names the person'
          : `${own} rows lost identity, content and body; ${mentions} rows that mention the person lost ` +
            `content and body; leaf ${leaf} of the log says so`
      return [{ store, state: 'done', what }, ...(await vacuumReport(pool, partitions)), remembered(settings)]
    }),

  report: async () => [
    {
      store: 'free space in the files of the database',
      state: 'cannot',
      why:
        'PostgreSQL overwrites the bytes of old versions only when it needs their space. To rewrite the ' +
        'files, run VACUUM FULL on the partitions as their owner; it locks them',
    },
    {
      store: 'write-ahead log, replicas and backups of the database',
      state: 'cannot',
      why: 'the bridge does not reach them: let archived logs and backups expire, or delete them',
    },
    {
      store: 'exports of the audit log',
      state: 'cannot',
      why: 'the bridge does not know where they were sent: ask whoever received one to erase the person',
    },
  ],
}

/** Where the key and the list are. Without them, a rebuild of the log would bring the person back. */
const remembered = (settings: ErasureSettings): StoreReport => ({
  store: 'records from before this erasure that are read later',
  state: 'done',
  what:
    'keyed digests of the person are kept, so that the worker takes the values out of such records; after ' +
    'a restore, `bridge audit reapply-erasures` takes them out of old rows. Keep the ' +
    (settings.AUDIT_LOG_ERASURE_KEY === undefined
      ? `files erasure-key and erased-people.ndjson in ${erasureFolder(settings)}; the worker needs them`
      : `key AUDIT_LOG_ERASURE_KEY, and erased-people.ndjson in ${erasureFolder(settings)}`),
})

const vacuumReport = async (pool: Pool, partitions: readonly string[]): Promise<StoreReport[]> => {
  if (partitions.length === 0) return []
  const dead = { store: 'old versions of these rows in the database' }
  const refused = await vacuumPartitions(pool, partitions)
  return refused.length === 0
    ? [{ ...dead, state: 'done', what: 'the partitions were vacuumed' }]
    : [
        {
          ...dead,
          state: 'cannot',
          why: `the role may not vacuum: run VACUUM ${refused.join(', ')} as owner`,
        },
      ]
}
