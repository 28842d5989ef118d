import type { IngressWithoutServers } from '../process/ingress-without-servers.ts'

export interface TlsCounts {
  /** Hooks in the spool. */
  accepted: number
  /** Requests of which HTTP has seen something. */
  received: number
  failedHandshakes: number
}

/** What an ingress counts while an action runs. */
export const countsDuring = async (
  ingress: IngressWithoutServers,
  action: () => Promise<unknown>,
): Promise<TlsCounts> => {
  const before = await countsOf(ingress)
  await action()
  const now = await countsOf(ingress)
  return {
    accepted: now.accepted - before.accepted,
    received: now.received - before.received,
    failedHandshakes: now.failedHandshakes - before.failedHandshakes,
  }
}

const countsOf = async (ingress: IngressWithoutServers): Promise<TlsCounts> => ({
  accepted: (await ingress.acceptedHooks()).length,
  received: await ingress.metric('ingress_received_total'),
  failedHandshakes: await ingress.metric('ingress_rejections_total{reason="handshake"}'),
})
