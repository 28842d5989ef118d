import { traceparentPattern } from '../../lib/traceparent.ts'

/** The JSON schema of the headers of every message. */
export const headersSchema = {
  type: 'object',
  description:
    'CloudEvents 1.0 in the binary mode of its Kafka binding, W3C trace context, and headers of the hook. ' +
    'All values are text.',
  required: [
    'ce_specversion',
    'ce_id',
    'ce_source',
    'ce_type',
    'ce_time',
    'ce_subject',
    'content-type',
    'traceparent',
  ],
  additionalProperties: false,
  properties: {
    ce_specversion: { type: 'string', const: '1.0' },
    ce_id: { type: 'string', description: 'The same as delivery.id.' },
    ce_source: {
      type: 'string',
      description: 'The base URL of the GitLab instance, or /hooks/<source> where it is not known.',
    },
    ce_type: {
      type: 'string',
      description: 'com.gitlab. followed by the event type.',
      pattern: '^com\\.gitlab\\.[a-z_]+$',
    },
    ce_time: {
      type: 'string',
      format: 'date-time',
      description: 'delivery.occurred_at, or delivery.received_at where that is null.',
    },
    ce_subject: { type: 'string', description: 'The key of the message.' },
    'content-type': { type: 'string', const: 'application/avro' },
    traceparent: {
      type: 'string',
      description: 'The trace of the sender, or a trace that begins with this message.',
      pattern: traceparentPattern.source,
    },
    'x-gitlab-event-uuid': { type: 'string', description: 'As GitLab sent it, if it did.' },
    'x-gitlab-webhook-uuid': { type: 'string', description: 'As GitLab sent it, if it did.' },
    'webhook-timestamp': {
      type: 'string',
      description: 'As GitLab sent it, if it did: when it made the request, in seconds since 1970.',
    },
  },
} as const
