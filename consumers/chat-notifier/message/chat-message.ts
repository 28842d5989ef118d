import type { EventType } from '../../../schemas/catalogue.ts'
import type { Line } from '../text/piece.ts'

export type Tone = 'good' | 'bad' | 'neutral'

/** What is said about one event, before a target writes it in its own form. */
export interface Told {
  headline: Line
  details?: readonly Line[]
  /** The page of what the event is about. */
  link?: string | null | undefined
  tone?: Tone
  /** Updates of the same thing can become one message. */
  mergeKey?: string
  /** Whether a message waits for further updates; a state is told at once. */
  waits?: 'for updates'
}

/** A message as the outbox stores it. */
export interface ChatMessage {
  event: EventType
  tone: Tone
  headline: Line
  details: readonly Line[]
  /** Empty where the event has no page. */
  link: string
  project: string
  /** GitLab user names that are mentioned, if they are among the people of the routes. */
  mentions: readonly string[]
  /** What a template of the route made instead of headline and details. Plain text. */
  custom?: string
  /** How many events the message is about; more than 1 in a digest. */
  events: number
  /** Milliseconds since 1970. */
  receivedAt: number
}
