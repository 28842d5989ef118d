import type { TokenAccess } from '../../../lib/bearer-tokens.ts'
import { pathGlobPattern } from '../../../lib/path-glob.ts'

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

/** SQL that limits projects to those that the token may see. */
export const visibleProject = `
  ($3::text[] is null or (coalesce(holders.visibility, 'private') = any($4::text[])
    and exists (select from unnest($3::text[]) as pattern where holders.path_key ~ pattern)))`

/** SQL that limits groups to those that are above a project which the token may see. */
export const visibleGroup = `
  ($3::text[] is null or exists (select from project_directory.holders as below
    where below.realm = holders.realm and below.kind = 'project' and below.state <> 'destroyed'
      and below.path_key > holders.path_key || '/' and below.path_key < holders.path_key || '0'
      and coalesce(below.visibility, 'private') = any($4::text[])
      and exists (select from unnest($3::text[]) as pattern where below.path_key ~ pattern)))`

/** The values of `$1` to `$4`. */
export const scopeValues = ({ instance, invented, access }: Scope): unknown[] => [
  invented,
  instance ?? null,
  access === undefined ? null : access.projects.map(pathGlobPattern),
  access === undefined ? null : access.visibility,
]
