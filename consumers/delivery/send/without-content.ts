import type { OpenMessage } from '../outbox/open-messages.ts'
import type { Attempt } from './courier.ts'

/**
 * What becomes of a message whose content is lost. It is not sent at all: a receiver would take an empty hook
 * for real.
 */
export const withoutContent = ({ origin }: OpenMessage): Attempt => ({
  result: 'refused',
  answer: {
    text:
      'the outbox was full when the hook came, so that its headers and body were only in Kafka. Either no ' +
      'route sends the hook here any more, or Kafka does not hold it any more: ' +
      `${origin.topic}, partition ${origin.partition}, offset ${origin.offset}`,
    effect: 'none',
  },
})
