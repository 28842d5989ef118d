import type { RecordOf } from '../../schemas/catalogue.ts'
import { nobody, type Person, person } from './person.ts'

/**
 * The user whom the event is about: who was created, added, removed or approved, or whose key or token it is.
 * GitLab does not say who did that.
 */
export const subjectOf = (record: RecordOf): Person => {
  switch (record.eventType) {
    case 'user_create':
    case 'user_destroy':
    case 'user_rename':
    case 'user_failed_login':
      return person(record.user_id, record.username, record.name)
    case 'key_create':
    case 'key_destroy':
      return person(null, record.username)
    case 'gitlab_subscription_member_approval':
    case 'gitlab_subscription_member_approvals':
      return person(record.user_id)
    case 'access_token':
      return person(record.object_attributes.user_id)
    default:
      return 'user_username' in record && !('ref' in record)
        ? person(record.user_id, record.user_username, record.user_name)
        : nobody
  }
}
