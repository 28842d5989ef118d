import { type EventType, eventTypes } from '../../../schemas/catalogue.ts'

/** The events of the feed. What the ingress says of itself is not GitLab's, and its body is none. */
export const feedEvents = eventTypes.filter((event) => event !== 'interval') as Exclude<
  EventType,
  'interval'
>[]

export const isConfidential = (event: EventType): boolean => event.startsWith('confidential_')
