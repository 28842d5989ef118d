import type { Connection } from '../../../lib/database.ts'
import type { RefBase } from '../model/ref-head.ts'
import type { Ref } from '../observe/observation.ts'
import { change } from './ask.ts'

/** Stores what GitLab's API told about refs. The heads must be computed afterwards. */
export const saveBases = (
  connection: Connection,
  bases: readonly { ref: Ref; base: RefBase }[],
): Promise<void> =>
  change(
    connection,
    `insert into project_directory.refs (realm, project_id, ref, is_ambiguous, base_sha, base_at)
     select realm, "projectId", name, false, sha, at
       from json_to_recordset($1::json)
         as given(realm integer, "projectId" bigint, name text, sha text, at bigint)
     on conflict (realm, project_id, ref) do update set
       base_sha = excluded.base_sha, base_at = excluded.base_at`,
    bases.map(({ ref, base }) => ({ ...ref, ...base })),
  )
