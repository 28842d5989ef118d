import type { Pool } from '../../../lib/database.ts'
import { query } from '../../../lib/database.ts'
import { messageOf, RetriableError } from '../../../lib/errors.ts'
import { createErasedPeopleFile } from './erased-people-file.ts'
import { type ErasureSettings, erasureFolder, openErasureKey } from './erasure-key.ts'
import { type ErasedPerson, personDigestsShape } from './person-digests.ts'
import { createRecogniser, type RecogniseErased } from './recognise-erased.ts'

/** The erasures that this worker knows. */
export interface KnownErasures {
  /** How many of them the database has. */
  count: number
  recognise: RecogniseErased
}

/** The list of erased people, in the database and in the file beside the key. */
export interface ErasedPeople {
  /** @throws RetriableError while the database does not answer or the file cannot be read or written */
  known(): Promise<KnownErasures>
  /** Reads the list again, and brings the file up to date. */
  reload(): Promise<KnownErasures>
}

export const createErasedPeople = (pool: Pool, settings: ErasureSettings): ErasedPeople => {
  const file = createErasedPeopleFile(erasureFolder(settings))
  let current: KnownErasures | undefined
  let reading: Promise<KnownErasures> | undefined
  const read = async (): Promise<KnownErasures> => {
    const stored = await readErasedPeople(pool)
    const all = await file.add(stored).catch(retriable)
    // Without an erasure nobody needs a key.
    const recognise =
      all.length === 0
        ? () => undefined
        : createRecogniser(all, await openErasureKey(settings).catch(retriable))
    current = { count: stored.length, recognise }
    return current
  }
  // Batches of several partitions ask at the same time, and only one may write the file.
  const reload = () => {
    reading ??= read().finally(() => {
      reading = undefined
    })
    return reading
  }
  return { known: async () => current ?? (await reload()), reload }
}

const retriable = (error: unknown): never => {
  throw new RetriableError(`the list of erased people cannot be used: ${messageOf(error)}`, { cause: error })
}

/** The list in the database, the oldest erasure first. */
export const readErasedPeople = async (pool: Pool): Promise<ErasedPerson[]> => {
  const rows = await query<{ erased_at: Date; digests: string }>(
    pool,
    'select erased_at, digests from audit_log.erased_people order by id',
    [],
  )
  return rows.map(({ erased_at, digests }) => ({
    erasedAt: erased_at.getTime(),
    digests: personDigestsShape.parse(JSON.parse(digests)),
  }))
}
