import type { Receiver } from '../../helpers/servers/chat/start-receiver.ts'
import { startReceiver } from '../../helpers/servers/chat/start-receiver.ts'

/** One alert that a person was told about, or told that it has ended. */
export interface Notification {
  alert: string
  severity: string
  labels: Readonly<Record<string, string>>
  status: 'firing' | 'resolved'
  /** Milliseconds since 1970. */
  at: number
}

/**
 * The receiver of alerts. Every alert but Watchdog pages a person. Watchdog is the heartbeat of a dead man's
 * switch: a service outside of the cluster pages when it stays away.
 */
export interface Pager {
  url: string
  /**
   * Everything since the start but test alerts. Watchdog is in it only where it stayed away, and where it
   * came again.
   */
  notifications(): readonly Notification[]
  close(): Promise<void>
}

interface WebhookBody {
  alerts: { status: 'firing' | 'resolved'; labels: Record<string, string> }[]
}

const heartbeatAlert = 'Watchdog'
/** What Alertmanager has without a fault: the heartbeat, and the test alert of `bridge doctor`. */
export const harmlessAlerts: readonly string[] = [heartbeatAlert, 'BridgeTestAlert']

/**
 * Starts the receiver on a free port.
 *
 * @param silenceMs how long the heartbeat may stay away, beginning with the first one
 */
export const startPager = async (silenceMs: number): Promise<Pager> => {
  const receiver = await startReceiver()
  const all = () => receiver.taken.flatMap(notificationsOf)
  const ofSwitch = watchHeartbeat(all, silenceMs)
  return {
    url: `${receiver.url}/alerts`,
    notifications: () => [
      ...all().filter(({ alert }) => !harmlessAlerts.includes(alert)),
      ...ofSwitch.notifications,
    ],
    close: async () => {
      ofSwitch.stop()
      await receiver.close()
    },
  }
}

/** The dead man's switch: pages when the heartbeat stays away, and says when it has come again. */
const watchHeartbeat = (all: () => readonly Notification[], silenceMs: number) => {
  const notifications: Notification[] = []
  const timer = setInterval(() => {
    const last = all().findLast(({ alert, status }) => alert === heartbeatAlert && status === 'firing')
    if (last === undefined) return
    const at = Date.now()
    const status = at - last.at > silenceMs ? 'firing' : 'resolved'
    if (status === (notifications.at(-1)?.status ?? 'resolved')) return
    notifications.push({ ...last, severity: 'critical', status, at })
  }, 500)
  return { notifications, stop: () => clearInterval(timer) }
}

const notificationsOf = ({ body, at }: Receiver['taken'][number]): Notification[] =>
  (JSON.parse(body.toString()) as WebhookBody).alerts.map(({ status, labels }) => ({
    alert: labels.alertname ?? '',
    severity: labels.severity ?? '',
    labels,
    status,
    at,
  }))
