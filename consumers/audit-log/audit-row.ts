import type { RecordOf } from '../../schemas/catalogue.ts'
import type { User } from '../../schemas/parts/user.generated.ts'
import { projectPathOf } from '../../schemas/project-path.ts'

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

/**
 * The user who acted: who approved, decided or asked, not the user whom the event is about. GitLab gives
 * some of them as an id without a name. Lifecycle events such as `project_create` do not name that user.
 */
const actorOf = (record: RecordOf): Actor => {
  switch (record.eventType) {
    case 'push':
    case 'tag_push':
      return actor(record.user_id, record.user_username, record.user_name)
    case 'repository_update':
      return actor(record.user_id, null, record.user_name)
    case 'deployment':
      return userOf(record.approver ?? record.user)
    case 'gitlab_subscription_member_approval':
      return actor(record.requested_by_user_id)
    case 'gitlab_subscription_member_approvals':
      return actor(record.reviewed_by_user_id)
    case 'vulnerability':
      return actor(lastActorOf(record.object_attributes))
    default:
      return userOf('user' in record ? record.user : null)
  }
}

const actor = (id: number | null, username: string | null = null, name: string | null = null): Actor => ({
  user_id: id,
  user_username: clean(username),
  user_name: clean(name),
})

const userOf = (user: Pick<User, 'id' | 'username' | 'name'> | null): Actor =>
  user === null ? nobody : actor(user.id, user.username, user.name)

/** A vulnerability says who moved it to the state that it is in. GitLab itself detects. */
const lastActorOf = (vulnerability: RecordOf<'vulnerability'>['object_attributes']): number | null => {
  switch (vulnerability.state) {
    case 'confirmed':
      return vulnerability.confirmed_by_id
    case 'dismissed':
      return vulnerability.dismissed_by_id
    case 'resolved':
      return vulnerability.resolved_by_id
    default:
      return null
  }
}
