import { z } from 'zod'
import type { Connection } from '../../../lib/database.ts'
import { type FieldGroup, fieldGroups } from '../leaf/commitment.ts'
import { leafKinds } from '../leaf/leaf-kind.ts'
import { createIndexSet, type IndexSet } from './index-set.ts'

/** What is no longer stored, as the statements of the log say. */
export interface Absences {
  /** The rows that lost the values of a group. */
  erased: Readonly<Record<FieldGroup, IndexSet>>
  /** The rows of dropped months. */
  dropped: IndexSet
}

const text = z.string().default('')
const shape = z.object({ identity: text, content: text, raw: text, rows: text })

/**
 * Reads what the log says that it erased and dropped. The statements are leaves themselves, so a forged one
 * is found with all other leaves.
 */
export const readAbsences = async (client: Connection): Promise<Absences> => {
  const { rows } = await client.query<AbsenceStatement>(
    `select kind, content from audit_log.statements join audit_log.leaves on index = leaf_index
     where kind in (${leafKinds.erasure}, ${leafKinds.dropped_month})`,
  )
  return absencesOf(rows)
}

/** What the log says that it erased or dropped. `kind` is the number of a kind of leaves. */
export interface AbsenceStatement {
  kind: number
  content: string
}

/** Puts together what all statements say. Other kinds say nothing about this. */
export const absencesOf = (statements: readonly AbsenceStatement[]): Absences => {
  const said = statements.map(({ kind, content }) => ({ kind, ...parseContent(content) }))
  const setOf = (kind: number, member: keyof z.output<typeof shape>) =>
    createIndexSet(said.filter((each) => each.kind === kind).map((each) => each[member]))
  const erased = Object.keys(fieldGroups).map((group) => [
    group,
    setOf(leafKinds.erasure, group as FieldGroup),
  ])
  return { erased: Object.fromEntries(erased), dropped: setOf(leafKinds.dropped_month, 'rows') }
}

/** A content that was edited says nothing. That it was edited is found with its leaf. */
const parseContent = (content: string): z.output<typeof shape> => {
  try {
    return shape.parse(JSON.parse(content))
  } catch {
    return shape.parse({})
  }
}
