export interface NewConsumer {
  /** In kebab-case. */
  name: string
  /** Port of its operations server. */
  metricsPort: number
}

/** `issue-counter` → `issueCounter`. */
export const identifierOf = (name: string): string =>
  name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase())

const variableOf = (name: string): string => `${name.replaceAll('-', '_').toUpperCase()}_GREETING`

export const workerText = ({ name, metricsPort }: NewConsumer): string => `import { z } from 'zod'
import { defineConsumer } from '../consumer.ts'

export const ${identifierOf(name)}Variables = z.object({
  ${variableOf(name)}: z.string().default('pushed').describe('The word that is logged for each push.'),
})

/**
 * Writes one line for every push. If several hooks report the same push, it writes one line for each hook.
 */
export const ${identifierOf(name)} = defineConsumer({
  name: '${name}',
  summary: 'Writes a line for every push.',
  events: ['push'],
  begins: 'oldest',
  repeats: { skippedForDays: 7 },
  effect: 'internal',
  metricsPort: ${metricsPort},
  variables: ${identifierOf(name)}Variables,
  dryRun: ({ user_name, ref }) => [{ would: 'write', to: 'the log', content: { user_name, ref } }],
  async create({ ${variableOf(name)}: greeting }, logger) {
    return {
      async handle({ delivery, user_name, ref }) {
        logger.info(greeting, { delivery_id: delivery.id, user_name, ref })
      },
      close: async () => undefined,
    }
  },
})
`

export const testText = ({ name }: NewConsumer): string => `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ${identifierOf(name)} } from '../../../../consumers/${name}/${name}.ts'
import type { RecordOf } from '../../../../schemas/catalogue.ts'
import { deliver, hookOf } from '../../../helpers/records/deliver.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'
import { workerTools } from '../../../helpers/process/worker-tools.ts'
import { fixture } from '../../../helpers/records/samples.ts'

test('a push is logged as one line', async () => {
  const { logger, lines } = recordingLogger()
  const handler = await ${identifierOf(name)}.create({ ${variableOf(name)}: 'pushed' }, logger, workerTools())
  assert.ok('handle' in handler)
  const { body, headers } = fixture('push')
  const { decoded } = await deliver(hookOf(body, headers))
  const record = { ...decoded, eventType: 'push' } as unknown as RecordOf<'push'>
  await handler.handle(record, { signal: new AbortController().signal })
  assert.deepEqual(
    lines.map(({ message, fields }) => [message, fields.ref]),
    [['pushed', record.ref]],
  )
})
`
