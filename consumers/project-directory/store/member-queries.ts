import type { Connection } from '../../../lib/database.ts'
import { askAbout, change } from './ask.ts'
import type { DirectoryStore, MemberKey } from './directory-store.ts'

type MemberQueries = Pick<DirectoryStore, 'members' | 'saveMembers'>

export const memberQueries = (connection: Connection): MemberQueries => ({
  members: async (keys) => {
    const rows = await askAbout<StoredMember>(connection, selectMembers, keys.map(flat))
    return rows.map(
      ([row]) =>
        row && {
          access: row.access,
          isMember: row.is_member,
          isAmbiguous: row.is_ambiguous,
          createdAt: Number(row.created_at),
          updatedAt: Number(row.updated_at),
          rank: row.rank,
          receivedAt: Number(row.received_at),
        },
    )
  },
  saveMembers: (members) =>
    change(
      connection,
      upsertMembers,
      members.map(({ membership, ...key }) => ({ ...flat(key), ...membership })),
    ),
})

interface StoredMember {
  access: string | null
  is_member: boolean
  is_ambiguous: boolean
  created_at: string
  updated_at: string
  rank: number
  received_at: string
}

const flat = ({ container, userId }: MemberKey) => ({ ...container, userId })

const given = 'realm integer, kind text, id bigint, "userId" bigint'

const selectMembers = `
  select given.place, access, is_member, is_ambiguous, created_at, updated_at, rank, received_at
    from rows from (json_to_recordset($1::json) as (${given})) with ordinality
      as given(realm, kind, id, user_id, place)
    join project_directory.members using (realm, kind, id, user_id)`

const upsertMembers = `
  insert into project_directory.members
    (realm, kind, id, user_id, access, is_member, is_ambiguous, created_at, updated_at, rank, received_at)
  select realm, kind, id, "userId", access, "isMember", "isAmbiguous", "createdAt", "updatedAt", rank,
         "receivedAt"
    from json_to_recordset($1::json) as given(${given}, access text, "isMember" boolean,
      "isAmbiguous" boolean, "createdAt" bigint, "updatedAt" bigint, rank integer, "receivedAt" bigint)
  on conflict (realm, kind, id, user_id) do update set
    access = excluded.access, is_member = excluded.is_member, is_ambiguous = excluded.is_ambiguous,
    created_at = excluded.created_at, updated_at = excluded.updated_at, rank = excluded.rank,
    received_at = excluded.received_at`
