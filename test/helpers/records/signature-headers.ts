import { createHmac, randomUUID } from 'node:crypto'

/** The headers of a hook that is signed as Standard Webhooks prescribes. @param key `whsec_…` */
export const signatureHeaders = (
  key: string,
  body: Buffer | string,
  {
    id = randomUUID() as string,
    atSeconds = Math.floor(Date.now() / 1000),
    timestamp = String(atSeconds),
  } = {},
): [string, string][] => {
  const mac = createHmac('sha256', Buffer.from(key.replace('whsec_', ''), 'base64'))
    .update(`${id}.${timestamp}.`)
    .update(body)
    .digest('base64')
  return [
    ['webhook-id', id],
    ['webhook-timestamp', timestamp],
    ['webhook-signature', `v1,${mac}`],
  ]
}
