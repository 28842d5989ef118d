import type { TokenAccess } from '../../../lib/bearer-tokens.ts'
import { pathGlobPattern } from '../../../lib/path-glob.ts'
import type { HolderKind } from '../model/holder.ts'

/** What a request asks about: which GitLab, which events, and what its token may see. */
export interface Scope {
  /** Address of one GitLab; undefined: all of them. */
  instance: string | undefined
  /** The invented source whose events are answered; empty for real events. */
  invented: string
  /** Undefined: the directory has no tokens, and everything is shown. */
  access: TokenAccess | undefined
}

/** SQL that limits `holders` to a scope. Its parameters begin at `$1`; those of the query come after them. */
export const inScope = `
  join project_directory.realms on realms.id = holders.realm and realms.invented = $1
   and ($2::text is null or realms.instance = $2)`

/**
 * SQL that limits `holders` of a kind to those that the token may see. Without tokens it is another text: the
 * database would otherwise estimate that each row costs much, and plan the statement again each time.
 */
export const visible = (kind: HolderKind, { access }: Pick<Scope, 'access'>): string =>
  access === undefined ? '($3::text[] is null and $4::text[] is null)' : visibleToToken[kind]

/** Whether the token may see the project in this row. */
const maySee = (row: string): string => `
  coalesce(${row}.visibility, 'private') = any($4::text[])
    and exists (select from unnest($3::text[]) as pattern where ${row}.path_key ~ pattern)`

/**
 * Groups are visible where they are above a project that the token may see. The names of users are no secret:
 * who may ask at all may see them.
 */
const visibleToToken = {
  project: `(${maySee('holders')})`,
  group: `exists (select from project_directory.holders as below
    where below.realm = holders.realm and below.kind = 'project' and below.state <> 'destroyed'
      and below.path_key > holders.path_key || '/' and below.path_key < holders.path_key || '0'
      and ${maySee('below')})`,
  user: '($3::text[] is not null and $4::text[] is not null)',
} as const satisfies Record<HolderKind, string>

/** The values of `$1` to `$4`. */
export const scopeValues = ({ instance, invented, access }: Scope): unknown[] => [
  invented,
  instance ?? null,
  access === undefined ? null : access.projects.map(pathGlobPattern),
  access === undefined ? null : access.visibility,
]
