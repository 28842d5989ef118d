import { z } from 'zod'
import { type FieldGroup, fieldGroups } from '../leaf/commitment.ts'
import type { LeafKind } from '../leaf/leaf-kind.ts'
import { createIndexSet, type IndexSet } from './index-set.ts'
import type { Statement } from './statements.ts'

/** What is no longer stored, as the statements of the log say. */
export interface Absences {
  /** The rows that lost the values of a group. */
  erased: Readonly<Record<FieldGroup, IndexSet>>
  /** The rows of dropped months. */
  dropped: IndexSet
}

const text = z.string().default('')
const shape = z.object({ identity: text, content: text, raw: text, rows: text })

/** Puts together what all statements say. Other kinds say nothing about this. */
export const absencesOf = (statements: readonly Statement[]): Absences => {
  const said = statements.map(({ kind, content }) => ({ kind, ...parseContent(content) }))
  const setOf = (kind: LeafKind, member: keyof z.output<typeof shape>) =>
    createIndexSet(said.filter((each) => each.kind === kind).map((each) => each[member]))
  const erased = Object.keys(fieldGroups).map((group) => [group, setOf('erasure', group as FieldGroup)])
  return { erased: Object.fromEntries(erased), dropped: setOf('dropped_month', 'rows') }
}

/** A content that was edited says nothing. That it was edited is found with its leaf. */
const parseContent = (content: string): z.output<typeof shape> => {
  try {
    return shape.parse(JSON.parse(content))
  } catch {
    return shape.parse({})
  }
}
