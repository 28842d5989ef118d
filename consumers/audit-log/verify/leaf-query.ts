import { type ColumnType, coordinateColumns, groupColumns, plainColumns } from '../leaf/columns.ts'
import { type FieldGroup, fieldGroups } from '../leaf/commitment.ts'

type Columns = readonly (readonly [name: string, type: ColumnType])[]

export const groups = Object.keys(fieldGroups) as FieldGroup[]

const plain: Columns = Object.entries(plainColumns)
const groupEntries: Columns[] = groups.map((group) => Object.entries(groupColumns[group]))

/** What precedes the columns of the row in each tuple of `leafQuery`. */
const heads = [
  'l.index',
  'e.leaf_index',
  'l.kind::bigint',
  'l.hash',
  'r.leaf_index',
  'd.leaf_index',
  's.leaf_index',
  's.content',
  // A leaf has whole milliseconds. A smaller part of a time would belong to nothing that was committed.
  `date_trunc('milliseconds', e.received_at) is not distinct from e.received_at
    and date_trunc('milliseconds', e.occurred_at) is not distinct from e.occurred_at`,
  `(l.topic_id, l.topic, l.kafka_partition, l.kafka_offset) is not distinct from (${Object.keys(
    coordinateColumns,
  )
    .map((name) => coalesced(name))
    .join(', ')})`,
]

/** Where each part of a tuple begins. */
export const layout = {
  plain: heads.length,
  groups: heads.length + plain.length,
  salts: heads.length + plain.length + groupEntries.flat().length,
  commitments: heads.length + plain.length + groupEntries.flat().length + groups.length,
  groupSizes: groupEntries.map((columns) => columns.length),
  nameOf: (index: number): string => plain[index]?.[0] ?? '',
} as const

function coalesced(name: string): string {
  if (name in coordinateColumns) return `coalesce(e.${name}, r.${name}, d.${name}, s.${name})`
  return name === 'delivery_id' || name === 'received_at'
    ? `coalesce(e.${name}, r.${name}, s.${name})`
    : `e.${name}`
}

/** The bytes of a column as the encoding of leaves has them, so that nothing must be decoded. */
const committed = (expression: string, type: ColumnType): string => {
  if (type === 'number') return `(${expression})::bigint`
  return type === 'time' ? `(extract(epoch from ${expression}) * 1000)::bigint` : expression
}

/**
 * Every leaf with its row, in the order of the tree, and every row that claims a place in the range.
 *
 * @param start where the range begins; undefined for a range without a beginning
 * @param end where the range ends, without it; undefined for a range without an end
 */
export const leafQuery = (start: number | undefined, end: number | undefined): string => {
  const within = (column: string) =>
    [
      `${column} is not null`,
      ...(start === undefined ? [] : [`${column} >= ${start}`]),
      ...(end === undefined ? [] : [`${column} < ${end}`]),
    ].join(' and ')
  const columns = [
    ...heads,
    ...plain.map(([name, type]) => committed(coalesced(name), type)),
    ...groupEntries.flat().map(([name, type]) => committed(`e.${name}`, type)),
    ...groups.map((group) => `e.${group}_salt`),
    ...groups.map((group) => `e.${group}_commitment`),
  ]
  return `select ${columns.join(', ')}
    from (select * from audit_log.leaves where ${within('index')}) as l
    full join (select * from audit_log.events where ${within('leaf_index')}) as e on e.leaf_index = l.index
    left join audit_log.repeats as r on r.leaf_index = l.index
    left join audit_log.dead_letters as d on d.leaf_index = l.index
    left join audit_log.statements as s on s.leaf_index = l.index
    order by coalesce(l.index, e.leaf_index)`
}
