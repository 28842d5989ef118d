import type { FieldGroup } from './commitment.ts'

/**
 * How a column is committed: as the number that it is, as text, as bytes, as the 16 bytes of a UUID, or as a
 * time in milliseconds since 1970.
 */
export type ColumnType = 'number' | 'text' | 'bytes' | 'uuid' | 'time'

/** Where Kafka holds a record. It is all that the leaf of a dead letter holds. */
export const coordinateColumns = {
  topic_id: 'uuid',
  topic: 'text',
  kafka_partition: 'number',
  kafka_offset: 'number',
} as const satisfies Readonly<Record<string, ColumnType>>

/**
 * The columns of audit_log.events that a leaf holds as they are, in this order. They are never erased.
 * The order belongs to version 1 of the encoding, so it must never change.
 */
export const plainColumns = {
  ...coordinateColumns,
  delivery_id: 'text',
  received_at: 'time',
  occurred_at: 'time',
  event_type: 'text',
  source: 'text',
  instance: 'text',
  project_id: 'number',
  group_id: 'number',
  sealed_at: 'time',
} as const satisfies Readonly<Record<string, ColumnType>>

/** The columns that a leaf holds only as commitments, by group, each in the order of version 1. */
export const groupColumns = {
  identity: {
    user_id: 'number',
    user_username: 'text',
    user_name: 'text',
    subject_id: 'number',
    subject_username: 'text',
    subject_name: 'text',
  },
  content: {
    fact_id: 'text',
    fact_basis: 'text',
    project_path: 'text',
    group_path: 'text',
    ref: 'text',
    object_kind: 'text',
    object_id: 'number',
    object_iid: 'number',
    object_title: 'text',
    summary: 'text',
  },
  raw: { body_sha256: 'text', raw: 'bytes' },
} as const satisfies Readonly<Record<FieldGroup, Readonly<Record<string, ColumnType>>>>

/** The columns that a repeat holds as they are, in this order. */
export const repeatColumns = {
  ...coordinateColumns,
  delivery_id: 'text',
  received_at: 'time',
} as const satisfies Readonly<Record<string, ColumnType>>
