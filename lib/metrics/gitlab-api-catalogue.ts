import type { MetricCatalogue, ProcessKind } from './declaration.ts'

const processes = ['worker'] as const satisfies readonly ProcessKind[]

/** What a worker measures about its requests to GitLab's API. A worker without them exports none of these. */
export const gitlabApiCatalogue = {
  gitlab_api_requests_total: {
    type: 'counter',
    help: "Requests to GitLab's API, by outcome. A request that is repeated counts each time.",
    unit: 'requests',
    processes,
    labels: {
      gitlab: 'gitlabs',
      outcome: [
        'ok',
        'unauthorized',
        'insufficient_scope',
        'forbidden',
        'not_found',
        'conflict',
        'invalid',
        'rate_limited',
        'unavailable',
        'unexpected',
      ],
    },
  },
  gitlab_api_request_duration_seconds: {
    type: 'histogram',
    help: "Time from sending a request to GitLab's API until its answer is complete.",
    unit: 'seconds',
    processes,
    labels: { gitlab: 'gitlabs' },
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
  },
  gitlab_api_token_state: {
    type: 'gauge',
    help: "1 for what GitLab's API last said of the token, 0 for the others.",
    unit: 'state',
    processes,
    labels: { gitlab: 'gitlabs', state: ['unknown', 'accepted', 'refused', 'insufficient_scope'] },
  },
  gitlab_api_token_expires_timestamp_seconds: {
    type: 'gauge',
    help: "When the token for GitLab's API expires. +Inf means never, and 0 that it is not known.",
    unit: 'timestamp',
    processes,
    labels: { gitlab: 'gitlabs' },
  },
} as const satisfies MetricCatalogue
