import type { RecordOf } from '../../schemas/catalogue.ts'
import { nobody, type Person, person, personOf } from './person.ts'

/**
 * The user who acted: who approved, decided or asked, not the user whom the event is about. GitLab gives
 * some of them as an id without a name. Lifecycle events such as `project_create` do not name that user.
 */
export const actorOf = (record: RecordOf): Person => {
  switch (record.eventType) {
    case 'push':
    case 'tag_push':
      return person(record.user_id, record.user_username, record.user_name)
    case 'repository_update':
      return person(record.user_id, null, record.user_name)
    case 'deployment':
      return personOf(record.approver ?? record.user)
    case 'gitlab_subscription_member_approval':
      return person(record.requested_by_user_id)
    case 'gitlab_subscription_member_approvals':
      return person(record.reviewed_by_user_id)
    case 'vulnerability':
      return person(lastActorOf(record.object_attributes))
    default:
      return 'user' in record ? personOf(record.user) : nobody
  }
}

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
