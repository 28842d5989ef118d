import { type Pool, query } from '../../../lib/database.ts'
import { createRenames, type Renames } from '../facts/current-path.ts'

interface Loaded {
  version: string
  byInstance: ReadonlyMap<string, Renames>
}

const loaded = new WeakMap<Pool, Loaded>()

/** @returns the instance → its renames. They are read again only after one was added */
export const loadRenames = async (pool: Pool): Promise<Loaded['byInstance']> => {
  const [newest] = await query<{ version: string }>(
    pool,
    "select concat_ws(' ', count(*), max(at)) as version from ldap_sync.renames",
    [],
  )
  const version = newest?.version ?? ''
  const known = loaded.get(pool)
  if (known?.version === version) return known.byInstance
  const rows = await query<{ instance: string; old_path: string; new_path: string; at: Date }>(
    pool,
    'select * from ldap_sync.renames order by at, old_path, new_path',
    [],
  )
  const byInstance = new Map(
    [...Map.groupBy(rows, ({ instance }) => instance)].map(([instance, list]) => [
      instance,
      createRenames(
        list.map(({ old_path, new_path, at }) => ({
          oldPath: old_path,
          newPath: new_path,
          at: at.getTime(),
        })),
      ),
    ]),
  )
  loaded.set(pool, { version, byInstance })
  return byInstance
}
