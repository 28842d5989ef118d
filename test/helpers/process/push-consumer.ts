import { z } from 'zod'
import type { Consumer, HandleContext, HandleResult } from '../../../consumers/consumer.ts'
import type { RecordOf } from '../../../schemas/catalogue.ts'

export type Push = RecordOf<'push'>

/** Defines a worker on the push topic, for one test. */
export const pushConsumer = (
  name: string,
  handle: (record: Push, context: HandleContext) => Promise<HandleResult>,
): Consumer<'push', z.ZodObject> => ({
  name,
  summary: 'Made for a test.',
  events: ['push'],
  begins: 'oldest',
  repeats: 'harmless',
  effect: 'internal',
  personalData: 'none',
  metricsPort: 0,
  variables: z.object({}),
  dryRun: () => [],
  create: async () => ({ handle, close: async () => undefined }),
})
