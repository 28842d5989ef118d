import type { HolderKind } from '../model/holder.ts'

/** A row of `holders` with its realm. Numbers of PostgreSQL are texts. */
export interface HolderRow {
  realm: number
  instance: string
  invented: string
  kind: HolderKind
  id: string
  path: string | null
  name: string | null
  visibility: string | null
  default_branch: string | null
  web_url: string | null
  parent_id: string | null
  created_at: string | null
  state: 'active' | 'pending_deletion' | 'destroyed'
  is_ambiguous: boolean
  reconciled_at: string | null
}

/** The columns of a {@link HolderRow}. */
export const holderColumns = `
  holders.realm, realms.instance, realms.invented, holders.kind, holders.id, holders.path, holders.name,
  holders.visibility, holders.default_branch, holders.web_url, holders.parent_id, holders.created_at,
  holders.state, holders.is_ambiguous, holders.reconciled_at`
