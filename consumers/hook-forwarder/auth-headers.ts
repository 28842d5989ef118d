import { createHmac } from 'node:crypto'
import type { ForwardDestination } from './entries-of.ts'

/**
 * What proves to a receiver that a hook is genuine: the token that it expects, or a signature by the secret
 * of this destination (Standard Webhooks). The signature is ours and not GitLab's.
 *
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 *
 * @param now milliseconds since 1970
 */
export const authHeaders = (
  { token, signing_secret: secret }: Pick<ForwardDestination, 'token' | 'signing_secret'>,
  id: string,
  body: Buffer,
  now: number,
): Record<string, string> => {
  if (secret === undefined) return token === undefined ? {} : { 'x-gitlab-token': token }
  const timestamp = String(Math.floor(now / 1000))
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')
  return { 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` }
}
