import { type Connection, query } from '../../../lib/database.ts'
import { type Realm, realmKey } from '../observe/realm.ts'

/** The numbers of realms, by `realmKey`. Realms that are new get one. */
export const realmIds = async (
  connection: Connection,
  realms: readonly Realm[],
): Promise<Map<string, number>> => {
  const distinct = [...new Map(realms.map((realm) => [realmKey(realm), realm])).values()]
  const values = [distinct.map(({ instance }) => instance), distinct.map(({ invented }) => invented)]
  const given = 'unnest($1::text[], $2::text[]) as given(instance, invented)'
  await query(
    connection,
    `insert into project_directory.realms (instance, invented) select * from ${given}
      where not exists (select from project_directory.realms
                         where (realms.instance, realms.invented) = (given.instance, given.invented))
     on conflict do nothing`,
    values,
  )
  const rows = await query<Realm & { id: number }>(
    connection,
    `select id, instance, invented from project_directory.realms join ${given} using (instance, invented)`,
    values,
  )
  return new Map(rows.map(({ id, ...realm }) => [realmKey(realm), id]))
}

export const realmIdOf = async (connection: Connection, realm: Realm): Promise<number> =>
  (await realmIds(connection, [realm])).get(realmKey(realm)) ?? 0
