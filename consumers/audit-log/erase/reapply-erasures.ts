import type { Pool } from '../../../lib/database.ts'
import { messageOf, UsageError } from '../../../lib/errors.ts'
import { readErasedPeople } from './erased-people.ts'
import { createErasedPeopleFile, identityOf } from './erased-people-file.ts'
import { type ErasureSettings, erasureFolder, openErasureKey } from './erasure-key.ts'
import { createRecogniser, type PersonRow, type RecogniseErased } from './recognise-erased.ts'
import { vacuumPartitions } from './vacuum.ts'

/** What was erased again. */
export interface Reapplied {
  /** How many erasures are known. */
  erasures: number
  own: number
  mentions: number
  /** The statement of the log; undefined if no row had to be changed. */
  leaf: number | undefined
}

/**
 * Applies all erasures again to rows from before them, which a restored backup has brought back. Erasures
 * that the database does not know any more are put back into it.
 *
 * @param pool with the role that owns the tables
 * @throws UsageError under a legal hold; RetriableError if the digests were made with another key
 */
export const reapplyErasures = async (pool: Pool, settings: ErasureSettings): Promise<Reapplied> => {
  const stored = await readErasedPeople(pool)
  const people = await createErasedPeopleFile(erasureFolder(settings)).add(stored)
  if (people.length === 0) return { erasures: 0, own: 0, mentions: 0, leaf: undefined }
  const known = new Set(stored.map(identityOf))
  for (const person of people.filter((each) => !known.has(identityOf(each))))
    await pool.query('insert into audit_log.erased_people (erased_at, digests) values ($1, $2)', [
      new Date(person.erasedAt),
      JSON.stringify(person.digests),
    ])
  const recognise = createRecogniser(people, await openErasureKey(settings))
  const latest = Math.max(...people.map(({ erasedAt }) => erasedAt))
  const { own, mentions } = await findRows(pool, recognise, new Date(latest))
  const counts = { erasures: people.length, own: own.length, mentions: mentions.length }
  if (own.length + mentions.length === 0) return { ...counts, leaf: undefined }
  return { ...counts, leaf: await eraseRows(pool, own, mentions) }
}

const eraseRows = async (pool: Pool, own: string[], mentions: string[]): Promise<number> => {
  const reason = 'erasures from before were applied again'
  const { rows } = await pool
    .query<{ leaf: string; partitions: string[] }>(
      'select leaf, partitions from audit_log.erase_rows($1, $2, $3)',
      [own, mentions, reason],
    )
    .catch((error: unknown) => {
      if ((error as { code?: unknown }).code !== '55000') throw error
      throw new UsageError(`Nothing was erased: ${messageOf(error)}.`, { cause: error })
    })
  await vacuumPartitions(pool, rows[0]?.partitions ?? [])
  return Number(rows[0]?.leaf)
}

type StoredRow = Omit<PersonRow, 'received_at'> & {
  leaf_index: string
  received_at: Date
  has_identity: boolean
  has_rest: boolean
}

/** Bodies may be large. */
const rowsPerQuery = 100

const query = `
  select leaf_index, received_at, instance, user_id, user_username, user_name, subject_id, subject_username,
    subject_name, summary, object_title, ref, project_path, group_path, raw,
    identity_salt is not null as has_identity, coalesce(content_salt, raw_salt) is not null as has_rest
  from audit_log.events
  where leaf_index > $1 and received_at <= $2 and coalesce(identity_salt, content_salt, raw_salt) is not null
  order by leaf_index limit ${rowsPerQuery}`

const findRows = async (pool: Pool, recognise: RecogniseErased, until: Date) => {
  const found = { own: [] as string[], mentions: [] as string[] }
  for (let after = '-1'; ; ) {
    const { rows } = await pool.query<StoredRow>(query, [after, until])
    for (const row of rows) {
      const withheld = recognise({ ...row, received_at: row.received_at.getTime() })
      const hasValues = withheld === 'own' ? row.has_identity || row.has_rest : row.has_rest
      if (withheld !== undefined && hasValues) found[withheld].push(row.leaf_index)
    }
    const last = rows.at(-1)
    if (last === undefined) return found
    after = last.leaf_index
  }
}
