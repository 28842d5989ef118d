import { z } from 'zod'
import { type Environment, readVariables } from '../../../lib/config.ts'
import { createReadPool, type Pool } from '../../../lib/database.ts'
import { roleDatabaseUrl } from '../../../lib/database-variable.ts'
import { messageOf, UsageError } from '../../../lib/errors.ts'
import type { PersonalDataFunctions, StoreReport } from '../../personal-data/personal-data.ts'
import { auditEraser } from './audit-eraser.ts'
import { personJson } from './person-json.ts'
import { vacuumPartitions } from './vacuum.ts'

const variables = z.object({ AUDIT_ERASER_DATABASE_URL: roleDatabaseUrl(auditEraser.usedBy) })

const withEraser = async <T>(env: Environment, action: (pool: Pool) => Promise<T>): Promise<T> => {
  const { AUDIT_ERASER_DATABASE_URL: url } = readVariables(variables, env)
  const pool = createReadPool(url, 'gitlab-bridge.audit-erase', 1)
  try {
    return await action(pool)
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
    withEraser(env, async (pool) => {
      const { rows } = await pool
        .query<Erased>('select own, mentions, leaf, partitions from audit_log.erase($1, $2)', [
          personJson(person),
          reason,
        ])
        .catch((error: unknown) => {
          if ((error as { code?: unknown }).code !== '55000') throw error
          throw new UsageError(`Nothing was erased: ${messageOf(error)}.`, { cause: error })
        })
      const [{ own, mentions, leaf, partitions }] = rows as [Erased]
      const what =
        leaf === null
          ? 'no row names the person'
          : `${own} rows lost identity, content and body; ${mentions} rows that mention the person lost ` +
            `content and body; leaf ${leaf} of the log says so`
      return [{ store, state: 'done', what }, ...(await vacuumReport(pool, partitions))]
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
