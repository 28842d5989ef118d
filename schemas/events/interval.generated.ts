// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Delivery } from '../parts/delivery.generated.ts'

/** A time in which an ingress was down or refused hooks. The ingress itself writes it: no hook of GitLab becomes this event. Outside of these times, a topic without records means that GitLab sent nothing. */
export interface Interval {
  /** How and when the record was made. Its source is bridge:ingress. */
  delivery: Delivery
  /** down: no process took hooks. refusing: hooks were answered with 503, because neither Kafka nor the spool took them. */
  kind: string
  /** When it began. A process that was killed was last seen up to 10 seconds before its end: then the interval begins with that sign of life. */
  from: number
  /** When it ended. */
  to: number
  /** Which ingress it was: a random id that belongs to the folder of its spool. The key of the record is ingress:<id>. */
  ingress: string
  /** How many hooks were refused. Only set for refusing. */
  refused: number | null
  /** The same fields in JSON. */
  raw: Buffer
}
