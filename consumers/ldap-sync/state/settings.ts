import { type Pool, query } from '../../../lib/database.ts'

/** What the last reconciliation has seen. */
export interface LastSeen {
  mappingDigest: string
  groups: number
  people: number
}

export const loadLastSeen = async (pool: Pool): Promise<LastSeen | undefined> => {
  const [row] = await query<{ mapping_digest: string; groups: number; people: number }>(
    pool,
    'select mapping_digest, groups, people from ldap_sync.settings',
    [],
  )
  return row && { mappingDigest: row.mapping_digest, groups: row.groups, people: row.people }
}

/** Accepts the mapping, the groups and the people that were found. */
export const acceptSeen = (pool: Pool, { mappingDigest, groups, people }: LastSeen): Promise<unknown> =>
  query(
    pool,
    `insert into ldap_sync.settings (mapping_digest, groups, people, reconciled_at)
     values ($1, $2, $3, now())
     on conflict (only_row) do update set mapping_digest = excluded.mapping_digest,
       groups = excluded.groups, people = excluded.people, reconciled_at = excluded.reconciled_at`,
    [mappingDigest, groups, people],
  )
