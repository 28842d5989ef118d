import type { RecordOf } from '../../schemas/catalogue.ts'

/** The user who caused the event. All fields are null where the event does not say it. */
interface Actor {
  user_id: number | null
  user_username: string | null
  user_name: string | null
}

const nobody: Actor = { user_id: null, user_username: null, user_name: null }

/** The columns of audit_log.events that the worker fills. */
export const auditRowOf = (record: RecordOf) => {
  const { delivery, raw } = record
  return {
    received_at: iso(delivery.received_at),
    delivery_id: delivery.id,
    event_type: delivery.event_type,
    source: delivery.source,
    instance: clean(delivery.instance),
    occurred_at: delivery.occurred_at === null ? null : iso(delivery.occurred_at),
    fact_id: delivery.fact_id,
    fact_basis: delivery.fact_basis,
    project_id: 'project_id' in record ? record.project_id : null,
    project_path: clean(projectPathOf(record)),
    ...actorOf(record),
    body_sha256: delivery.body_sha256,
    raw,
  }
}

const iso = (millis: number): string => new Date(millis).toISOString()

/** Replaces NUL characters, which PostgreSQL's text cannot hold. The column `raw` keeps them. */
const clean = (text: string | null): string | null => text?.replaceAll('\0', '\ufffd') ?? null

/** Lifecycle events such as `project_create` name the project, but not the user who changed it. */
const actorOf = (record: RecordOf): Actor => {
  switch (record.eventType) {
    case 'push':
    case 'tag_push':
      return {
        user_id: record.user_id,
        user_username: clean(record.user_username),
        user_name: clean(record.user_name),
      }
    case 'repository_update':
      return { user_id: record.user_id, user_username: null, user_name: clean(record.user_name) }
    default:
      return 'user' in record && record.user !== null
        ? {
            user_id: record.user.id,
            user_username: clean(record.user.username),
            user_name: clean(record.user.name),
          }
        : nobody
  }
}

const projectPathOf = (record: RecordOf): string | null => {
  if ('path_with_namespace' in record) return record.path_with_namespace
  if ('project_path_with_namespace' in record) return record.project_path_with_namespace
  return 'project' in record ? (record.project?.path_with_namespace ?? null) : null
}
