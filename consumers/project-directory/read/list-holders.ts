import { type Pool, query } from '../../../lib/database.ts'
import { findHolder } from './find-holder.ts'
import { type HolderRow, holderColumns } from './holder-row.ts'
import { inScope, type Scope, scopeValues, visible } from './scope.ts'

/** Which projects or groups are listed. What is undefined limits nothing. */
export interface HolderFilter {
  kind: 'project' | 'group'
  /** The last part of the path. */
  name?: string | undefined
  path?: string | undefined
  /** Everything below this path. */
  below?: string | undefined
  /** Only directly below it. */
  isDirect?: boolean | undefined
  /** A part of the full path. */
  part?: string | undefined
}

/** The sort key of a row. */
export const holderPlace = ({ path, realm, id }: HolderRow) => [(path ?? '').toLowerCase(), realm, Number(id)]
export const firstHolder = ['', 0, 0] as const

/**
 * Projects or groups by their paths. What was destroyed is left out.
 *
 * @param after the place behind which the list begins
 * @throws RetriableError while the database does not answer
 */
export const listHolders = (
  pool: Pool,
  scope: Scope,
  { kind, name, path, below, isDirect, part }: HolderFilter,
  after: readonly (string | number)[],
  limit: number,
): Promise<HolderRow[]> => {
  const values = [...scopeValues(scope), kind, ...after, limit]
  const given = (value: string) => `$${values.push(value.toLowerCase())}::text`
  const conditions = [
    ...(name === undefined ? [] : [`holders.bare_key = ${given(name)}`]),
    ...(path === undefined ? [] : [`holders.path_key = ${given(path)}`]),
    ...(below === undefined
      ? []
      : [`holders.path_key > ${given(`${below}/`)}`, `holders.path_key < ${given(`${below}0`)}`]),
    ...(below === undefined || !isDirect
      ? []
      : [`strpos(substr(holders.path_key, ${below.length + 2}), '/') = 0`]),
    ...(part === undefined
      ? []
      : [`holders.path_key like ${given(`%${part.replaceAll(/[\\%_]/g, '\\$&')}%`)}`]),
  ]
  return query<HolderRow>(
    pool,
    `select ${holderColumns} from project_directory.holders ${inScope}
      where holders.kind = $5 and holders.state <> 'destroyed'
        and (holders.path_key, holders.realm, holders.id) > ($6, $7::integer, $8::bigint)
        and ${[visible(kind, scope), ...conditions].join(' and ')}
      order by holders.path_key, holders.realm, holders.id limit $9::integer`,
    values,
  )
}

/** The path of a group that is given by its id, its path, or a path that it had before. */
export const groupPathOf = async (pool: Pool, scope: Scope, given: string): Promise<string> => {
  const { found } = await findHolder(pool, scope, 'group', given)
  return 'holder' in found ? (found.holder.path ?? given) : given
}
