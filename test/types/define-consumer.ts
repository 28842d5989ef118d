import { z } from 'zod'
import { defineConsumer } from '../../consumers/consumer.ts'

// Only `tsc --noEmit` checks this file. Exactly the lines below a @ts-expect-error must be errors.

const common = {
  name: 'x',
  summary: 'X.',
  begins: 'oldest',
  repeats: 'harmless',
  effect: 'internal',
  personalData: 'none',
  metricsPort: 1,
  variables: z.object({ X_URL: z.string() }),
  dryRun: () => [],
} as const
const close = async () => {}

defineConsumer({
  ...common,
  events: ['push', 'tag_push'],
  create: async ({ X_URL }) => ({
    handle: async (record) => {
      const ref: string = record.ref
      const event: 'push' | 'tag_push' = record.eventType
      void [ref, event, X_URL]
      // @ts-expect-error a field of another event
      void record.object_attributes
      // @ts-expect-error an event this worker does not read
      void (record.eventType === 'merge_request')
      return undefined
    },
    close,
  }),
})

defineConsumer({
  ...common,
  events: ['push', 'merge_request'],
  create: async () => ({
    batchSize: 2,
    handleBatch: async (records) => {
      for (const record of records) {
        // @ts-expect-error a field of one of the events only
        void record.ref
        if (record.eventType === 'push') void record.ref
        else void record.object_attributes.id
      }
      return 'skipped'
    },
    close,
  }),
})

defineConsumer({
  ...common,
  // @ts-expect-error a misspelt event
  events: ['psuh'],
  create: async () => ({ handle: async () => undefined, close }),
})

defineConsumer({
  ...common,
  events: ['push'],
  create: async (settings) => {
    // @ts-expect-error a variable that is not declared
    void settings.Y_URL
    return { handle: async () => undefined, close }
  },
})

defineConsumer({
  ...common,
  events: ['push'],
  // @ts-expect-error a handler cannot make a dead letter
  create: async () => ({ handle: async () => 'dead_lettered' as const, close }),
})

const { repeats, ...silent } = common
const { begins, ...placeless } = common
const { effect, ...untold } = common
const { dryRun, ...opaque } = common
void [repeats, begins, effect, dryRun]

// @ts-expect-error a worker must say what happens when a delivery comes again
defineConsumer({
  ...silent,
  events: ['push'],
  create: async () => ({ handle: async () => undefined, close }),
})

defineConsumer({
  ...common,
  repeats: { skippedForDays: 7 },
  events: ['push'],
  create: async () => ({ handle: async () => undefined, close }),
})

// @ts-expect-error a worker must say where it begins
defineConsumer({
  ...placeless,
  events: ['push'],
  create: async () => ({ handle: async () => undefined, close }),
})

// @ts-expect-error a worker that begins now must say how old a record may be
defineConsumer({
  ...placeless,
  begins: 'now',
  events: ['push'],
  create: async () => ({ handle: async () => undefined, close }),
})

// @ts-expect-error a worker must say whether it acts outside the bridge
defineConsumer({
  ...untold,
  events: ['push'],
  create: async () => ({ handle: async () => undefined, close }),
})

// @ts-expect-error a worker must say what it would do
defineConsumer({
  ...opaque,
  events: ['push'],
  create: async () => ({ handle: async () => undefined, close }),
})

defineConsumer({
  ...common,
  events: ['push'],
  dryRun: ({ ref }, { X_URL }) => [
    { would: 'send', to: X_URL ?? 'X_URL', content: { ref } },
    { would: 'skip', because: 'nobody asked' },
    // @ts-expect-error a skipped record needs a reason
    { would: 'skip' },
  ],
  create: async () => ({ handle: async () => undefined, close }),
})
