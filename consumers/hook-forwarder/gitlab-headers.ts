import type { RecordOf } from '../../schemas/catalogue.ts'

/**
 * The headers that GitLab sends with a hook, as far as the bridge keeps them. GitLab's own credentials are
 * not among them; `authHeaders` adds those of the receiver.
 */
export const gitlabHeaders = ({ delivery, eventType }: RecordOf): Record<string, string> => ({
  'content-type': 'application/json',
  'user-agent': delivery.user_agent ?? 'GitLab',
  'x-gitlab-event': delivery.event_header ?? eventType,
  ...(delivery.instance !== null && { 'x-gitlab-instance': delivery.instance }),
  'idempotency-key': delivery.id,
  'webhook-id': delivery.id,
})
