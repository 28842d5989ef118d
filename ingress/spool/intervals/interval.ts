import { type Hook, ownEventHeader, ownSource } from '../../hook.ts'

/**
 * A time in which the ingress took no hooks. Times are in milliseconds since 1970.
 *
 * `down`: no process ran. `refusing`: hooks were answered with 503.
 */
export type Interval = { id: string; from: number; to: number } & (
  | { kind: 'down' }
  | { kind: 'refusing'; refused: number }
)

/**
 * The interval as a hook, which takes the way of all hooks of the spool. When it is published twice, both
 * records have the same delivery.
 *
 * @param ingress the id of the ingress
 */
export const hookOfInterval = ({ id, ...interval }: Interval, ingress: string): Hook => {
  const [from, to] = [interval.from, interval.to].map((time) => new Date(time).toISOString())
  return {
    id,
    source: ownSource,
    receivedAt: interval.to,
    headers: { [ownEventHeader]: 'interval' },
    body: Buffer.from(JSON.stringify({ ...interval, from, to, ingress })),
  }
}
