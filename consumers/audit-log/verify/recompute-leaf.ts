import { coordinateColumns, repeatColumns } from '../leaf/columns.ts'
import { commitmentOf, type FieldGroup } from '../leaf/commitment.ts'
import { leafBytes } from '../leaf/leaf.ts'
import type { StatementKind } from '../leaf/row-leaf.ts'
import type { Tuple } from './copy-rows.ts'
import { groups, layout } from './leaf-query.ts'
import type { StoredLeaf } from './stored-leaf.ts'

/** What the stored values of a leaf say. */
export interface Recomputed {
  /** The bytes of the leaf; undefined where its row is gone. */
  leaf: Buffer | undefined
  /** The groups whose values are not those of their stored commitment. */
  edited: readonly FieldGroup[]
  /** The groups without a salt. */
  erased: readonly FieldGroup[]
}

const nothing = { leaf: undefined, edited: [], erased: [] } satisfies Recomputed

/** Recomputes the commitments and the bytes of a leaf from the stored values. */
export const recomputeLeaf = ({ kind, has, content, tuple }: StoredLeaf): Recomputed => {
  switch (kind) {
    case 'event':
    case 'seal':
      return has.event ? recomputeEvent(kind, tuple) : nothing
    case 'repeat':
      return has.repeat ? { ...nothing, leaf: plainLeaf('repeat', tuple, repeatSize) } : nothing
    case 'dead_letter':
      return has.deadLetter ? { ...nothing, leaf: plainLeaf('dead_letter', tuple, coordinateSize) } : nothing
    case undefined:
      return nothing
    default:
      return has.statement ? { ...nothing, leaf: statementLeaf(kind, tuple, content) } : nothing
  }
}

const repeatSize = Object.keys(repeatColumns).length
const coordinateSize = Object.keys(coordinateColumns).length

/** The columns of a repeat and of a dead letter are the first ones of an event. */
const plainLeaf = (kind: 'repeat' | 'dead_letter', tuple: Tuple, count: number): Buffer =>
  leafBytes(kind, tuple.slice(layout.plain, layout.plain + count))

const statementLeaf = (kind: StatementKind, tuple: Tuple, content: Buffer | null): Buffer =>
  leafBytes(kind, [...tuple.slice(layout.plain, layout.plain + repeatSize), content])

const recomputeEvent = (kind: 'event' | 'seal', tuple: Tuple): Recomputed => {
  const edited: FieldGroup[] = []
  const erased: FieldGroup[] = []
  let at: number = layout.groups
  const commitments = groups.map((group, place) => {
    const values = tuple.slice(at, at + (layout.groupSizes[place] ?? 0))
    at += values.length
    const salt = tuple[layout.salts + place] ?? null
    const stored = tuple[layout.commitments + place] ?? Buffer.alloc(0)
    if (salt === null) {
      erased.push(group)
      // Without the salt nothing can be recomputed. Values that are left behind are not those of the leaf.
      if (values.some((value) => value !== null)) edited.push(group)
      return stored
    }
    const commitment = commitmentOf(group, salt, values)
    if (!commitment.equals(stored)) edited.push(group)
    return commitment
  })
  const leaf = leafBytes(kind, tuple.slice(layout.plain, layout.groups), commitments)
  return { leaf, edited, erased }
}
