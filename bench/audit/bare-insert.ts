import type pg from 'pg'
import type { EventRow } from '../../consumers/audit-log/append/pack-rows.ts'
import { groupColumns, plainColumns } from '../../consumers/audit-log/leaf/columns.ts'

const columns = [
  ...Object.keys(plainColumns),
  ...Object.values(groupColumns).flatMap((group) => Object.keys(group)),
]

/** Makes a table with the columns of the audit log and its primary key, without tree and other indexes. */
export const createBareTable = async (owner: pg.Pool): Promise<void> => {
  await owner.query('create schema bare')
  await owner.query(
    `create table bare.events as select ${columns.join(', ')} from audit_log.events with no data`,
  )
  await owner.query('alter table bare.events add primary key (delivery_id, received_at)')
}

/** Inserts rows in one statement with one parameter for each value, as a worker without a log would. */
export const insertBare = async (pool: pg.Pool, rows: readonly EventRow[]): Promise<void> => {
  const values = rows.flatMap((row) => columns.map((name) => shownValue(name, row)))
  const places = rows.map(
    (_, at) => `(${columns.map((_, column) => `$${at * columns.length + column + 1}`)})`,
  )
  await pool.query(
    `insert into bare.events (${columns.join(', ')}) values ${places.join(', ')} on conflict do nothing`,
    values,
  )
}

const shownValue = (name: string, row: EventRow): unknown => {
  const value = (row as Readonly<Record<string, unknown>>)[name] ?? null
  return (name === 'received_at' || name === 'occurred_at') && value !== null
    ? new Date(Number(value)).toISOString()
    : value
}
