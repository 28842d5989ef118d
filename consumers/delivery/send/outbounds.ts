import { createOutbound, type Outbound } from '../http/outbound.ts'
import type { Resolve } from '../http/resolve-allowed.ts'
import type { Destination } from '../routes/destination.ts'

/** The connections to each destination. They are made anew when its settings change. */
export interface Outbounds {
  of(destination: Destination): Outbound
  close(): Promise<void>
}

export const outboundOf = (
  destination: Pick<Destination, 'allow_private' | 'ca' | 'proxy' | 'timeout_seconds'>,
  resolve?: Resolve,
): Outbound =>
  createOutbound({
    allowPrivate: destination.allow_private,
    ca: destination.ca,
    proxy: destination.proxy,
    timeoutMs: destination.timeout_seconds * 1000,
    ...(resolve !== undefined && { resolve }),
  })

export const createOutbounds = (resolve?: Resolve): Outbounds => {
  const open = new Map<string, { destination: Destination; outbound: Outbound }>()
  return {
    of: (destination) => {
      const known = open.get(destination.name)
      if (known?.destination === destination) return known.outbound
      void known?.outbound.close().catch(() => undefined)
      const outbound = outboundOf(destination, resolve)
      open.set(destination.name, { destination, outbound })
      return outbound
    },
    close: async () => {
      await Promise.allSettled([...open.values()].map(({ outbound }) => outbound.close()))
    },
  }
}
