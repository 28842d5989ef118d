import { senderOf } from '../auth/address.ts'
import { createAdmit } from '../auth/admit.ts'
import { createFailedLogins, createThrottle } from '../auth/failed-logins.ts'
import { createResends } from '../auth/resends.ts'
import type { WatchedSources } from '../auth/watch-sources.ts'
import { answerWithinMs, type IngressSettings } from '../config.ts'
import type { Connections } from '../http/connections.ts'
import { createReadBody } from '../http/read-body.ts'
import { createUnprovenBodies } from '../http/unproven-bodies.ts'
import type { Stages } from '../receive.ts'

type CommonStage = 'credentials' | 'deliveryPath' | 'spools' | 'names' | 'metrics' | 'logger' | 'logHook'

type Parts = Pick<Stages, CommonStage> & {
  settings: IngressSettings
  sources: WatchedSources
  connections: Pick<Connections, 'setUnproven'>
}

/** Makes the stages of a hook from the settings. */
export const createStages = ({ settings, sources, connections, ...others }: Parts): Stages => {
  const trustedProxies = settings.INGRESS_TRUSTED_PROXIES
  const maxBodyBytes = settings.INGRESS_MAX_BODY_BYTES
  const failedLogins = createFailedLogins(settings.INGRESS_FAILED_LOGINS_PER_MINUTE, () => performance.now())
  const unproven = createUnprovenBodies({
    totalBytes: settings.INGRESS_UNPROVEN_BYTES,
    addressBytes: Math.max(maxBodyBytes, settings.INGRESS_UNPROVEN_BYTES / 2),
    isSuspect: failedLogins.hasTooMany,
  })
  return {
    ...others,
    admit: createAdmit({
      sources,
      trustedProxies,
      signatureToleranceMs: settings.INGRESS_SIGNATURE_TOLERANCE_SECONDS * 1000,
      maxBodyBytes,
      now: Date.now,
    }),
    throttle: createThrottle(failedLogins, trustedProxies),
    readBody: createReadBody(maxBodyBytes, settings.INGRESS_BODY_TIMEOUT_SECONDS * 1000),
    unproven: (request) => (giveUp) => {
      connections.setUnproven(request, true)
      const memory = unproven.open(senderOf(request, trustedProxies), giveUp)
      return {
        reserve: memory.reserve,
        release: () => {
          connections.setUnproven(request, false)
          memory.release()
        },
      }
    },
    resends: createResends(),
    publishDeadlineMs: settings.INGRESS_PUBLISH_DEADLINE_SECONDS * 1000,
    answerWithinMs: answerWithinMs(settings),
  }
}
