import type { Connection, Pool } from '../../../lib/database.ts'
import { type LeafKind, leafKinds } from '../leaf/leaf-kind.ts'

/** A statement of the log about itself. */
export interface Statement {
  /** The place of its leaf. */
  index: number
  kind: LeafKind
  /** JSON. */
  content: string
}

const kinds = new Map(Object.entries(leafKinds).map(([name, number]) => [number as number, name as LeafKind]))

/**
 * Reads all statements of some kinds, in the order of the log. They are leaves themselves, so a forged one is
 * found with all other leaves.
 */
export const readStatements = async (
  client: Pool | Connection,
  ...wanted: readonly LeafKind[]
): Promise<Statement[]> => {
  const { rows } = await client.query<{ leaf_index: string; kind: number; content: string }>(
    `select leaf_index, kind, content from audit_log.statements join audit_log.leaves on index = leaf_index
     where kind = any($1) order by leaf_index`,
    [wanted.map((kind) => leafKinds[kind])],
  )
  return rows.map(({ leaf_index, kind, content }) => ({
    index: Number(leaf_index),
    kind: kinds.get(kind) ?? 'event',
    content,
  }))
}
