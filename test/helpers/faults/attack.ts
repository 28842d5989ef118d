import type { IngressWithoutServers } from '../process/ingress-without-servers.ts'
import { rawRequest } from './raw-request.ts'
import { sendRaw } from './send-raw.ts'

export type Headers = readonly (readonly [string, string])[]

/** A body that any ingress takes. */
export const attackBody = '{"object_kind":"push","marker":"attack"}'

export const nowSeconds = (): number => Math.floor(Date.now() / 1000)

/** Sends one request on a connection of its own; resolves to the status of every answer. */
export const send = async (
  { hookUrl }: IngressWithoutServers,
  headers: Headers,
  options: Parameters<typeof rawRequest>[2] = {},
  body: Buffer | string = attackBody,
): Promise<number[]> => {
  const request = rawRequest(body, [...headers, ['Connection', 'close']], options)
  return (await sendRaw(hookUrl, [request])).statuses
}

/** How many hooks an ingress accepts while an action runs. */
export const acceptedDuring = async (
  ingress: IngressWithoutServers,
  action: () => Promise<unknown>,
): Promise<number> => {
  const before = (await ingress.acceptedHooks()).length
  await action()
  return (await ingress.acceptedHooks()).length - before
}
