import { type Connection, type Pool, query } from '../../../lib/database.ts'
import type { ContainerId, ContainerKind } from '../facts/fact.ts'

/** An LDAP group that a rule of the mapping fills from one group or project of GitLab. */
export interface Target {
  id: number
  ruleKey: string
  container: ContainerId
  access: readonly string[]
  dn: string
  dnKey: string
  origin: 'created' | 'adopted'
  state: TargetState
  /** Number of a new posixGroup. */
  gid: number | undefined
}

/**
 * `planned`: not in the directory yet. `creating`: the request to create it was sent, and its answer may be
 * lost. `conflict`: the name belongs to an entry that is not ours.
 */
export type TargetState = 'planned' | 'creating' | 'present' | 'archived' | 'conflict'

interface Row {
  target_id: string
  rule_key: string
  instance: string
  kind: ContainerKind
  container_id: string
  access: string[]
  dn: string
  dn_key: string
  origin: Target['origin']
  state: TargetState
  gid: string | null
}

export const loadTargets = async (database: Pool | Connection): Promise<Target[]> => {
  const rows = await query<Row>(database, 'select * from ldap_sync.targets order by target_id', [])
  return rows.map(targetOf)
}

const targetOf = (row: Row): Target => ({
  id: Number(row.target_id),
  ruleKey: row.rule_key,
  container: { instance: row.instance, kind: row.kind, id: Number(row.container_id) },
  access: row.access,
  dn: row.dn,
  dnKey: row.dn_key,
  origin: row.origin,
  state: row.state,
  gid: row.gid === null ? undefined : Number(row.gid),
})

/** @returns undefined if another target has this rule or this entry already */
export const insertTarget = async (
  database: Pool | Connection,
  target: Omit<Target, 'id'>,
): Promise<Target | undefined> => {
  const { ruleKey, container, access, dn, dnKey, origin, state, gid } = target
  const [row] = await query<Row>(
    database,
    `insert into ldap_sync.targets
       (rule_key, instance, kind, container_id, access, dn, dn_key, origin, state, gid)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing returning *`,
    [
      ...[ruleKey, container.instance, container.kind, container.id, access, dn, dnKey, origin, state],
      gid ?? null,
    ],
  )
  return row === undefined ? undefined : targetOf(row)
}

export const setTargetState = (
  database: Pool | Connection,
  { id }: Pick<Target, 'id'>,
  state: TargetState,
): Promise<unknown> =>
  query(database, 'update ldap_sync.targets set state = $2, unreadable = false where target_id = $1', [
    id,
    state,
  ])

export const setTargetDn = (
  database: Pool | Connection,
  { id }: Pick<Target, 'id'>,
  dn: string,
  key: string,
): Promise<unknown> =>
  query(database, 'update ldap_sync.targets set dn = $2, dn_key = $3 where target_id = $1', [id, dn, key])

export const setUnreadable = (
  database: Pool | Connection,
  { id }: Pick<Target, 'id'>,
  unreadable: boolean,
): Promise<unknown> =>
  query(
    database,
    'update ldap_sync.targets set unreadable = $2 where target_id = $1 and unreadable is distinct from $2',
    [id, unreadable],
  )
