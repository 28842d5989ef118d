import type { RecordOf } from '../../schemas/catalogue.ts'

/**
 * The headers that GitLab sent with a hook. Three kinds are left out: those of the connection, the custom
 * headers of a webhook, which often are secrets, and GitLab's credentials. `authHeaders` adds the credentials
 * of the receiver.
 */
export const gitlabHeaders = ({ delivery, eventType, hookHeaders }: RecordOf): Record<string, string> => ({
  'content-type': 'application/json',
  'user-agent': delivery.user_agent ?? 'GitLab',
  'x-gitlab-event': delivery.event_header ?? eventType,
  ...(delivery.instance !== null && { 'x-gitlab-instance': delivery.instance }),
  'idempotency-key': delivery.id,
  'webhook-id': delivery.id,
  ...hookHeaders,
})
