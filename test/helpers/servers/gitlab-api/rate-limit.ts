import type { Reply } from './reply.ts'

/** GitLab's limit for all requests of a token, with the headers by which it tells about it. */
export interface RateLimit {
  requests: number
  windowMs: number
}

/** Counts requests in windows of time. */
export interface Limiter {
  /** @returns the headers of an answer, and the refusal if the limit is exceeded */
  count(): { headers: Record<string, string>; refusal: Reply | undefined }
}

// https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits/#response-headers
export const createLimiter = ({ requests, windowMs }: RateLimit, now: () => number): Limiter => {
  let windowEnd = 0
  let observed = 0
  return {
    count: () => {
      if (now() >= windowEnd) {
        windowEnd = now() + windowMs
        observed = 0
      }
      observed += 1
      const headers: Record<string, string> = {
        'ratelimit-name': 'throttle_authenticated_api',
        'ratelimit-limit': String(requests),
        'ratelimit-observed': String(observed),
        'ratelimit-remaining': String(Math.max(0, requests - observed)),
        'ratelimit-reset': String(Math.ceil(windowEnd / 1000)),
      }
      if (observed <= requests) return { headers, refusal: undefined }
      headers['retry-after'] = String(Math.max(1, Math.ceil((windowEnd - now()) / 1000)))
      return { headers, refusal: { status: 429, body: 'Retry later\n', headers } }
    },
  }
}
