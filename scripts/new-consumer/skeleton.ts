import { databaseVariableOf } from '../../lib/database-variable.ts'
import type { Answers } from './answers.ts'

export interface NewConsumer {
  /** In kebab-case. */
  name: string
  /** Port of its operations server. */
  metricsPort: number
  answers: Answers
}

/** `issue-counter` → `issueCounter`. */
export const identifierOf = (name: string): string =>
  name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase())

const snakeOf = (name: string): string => name.replaceAll('-', '_')

/** The variable of a new worker, as an example. */
export const greetingOf = (name: string): string => `${snakeOf(name).toUpperCase()}_GREETING`

/** The text if the worker keeps something in PostgreSQL. */
const ifDatabase = ({ answers }: NewConsumer, text: string): string =>
  answers.database === 'yes' ? text : ''

export const workerText = (consumer: NewConsumer): string => `import { z } from 'zod'
${ifDatabase(
  consumer,
  "import { workerDatabaseUrl } from '../../lib/database-variable.ts'\n",
)}import { defineConsumer } from '../consumer.ts'

export const ${identifierOf(consumer.name)}Variables = z.object({
${variablesText(consumer)}})

/**
 * ${taskOf(consumer)} If several hooks report the same push, ${
   consumer.answers.database === 'yes' ? 'it adds one row' : 'it writes one line'
 } for each hook.
 */
export const ${identifierOf(consumer.name)} = defineConsumer({
  name: '${consumer.name}',
  summary: '${taskOf(consumer)}',
  events: ['push'],
${definitionText(consumer)}${handlerText(consumer)}})
`

/** What the worker does, in one sentence. */
export const taskOf = ({ answers }: NewConsumer): string =>
  answers.database === 'yes' ? 'Adds a row for every push.' : 'Writes a line for every push.'

const variablesText = (consumer: NewConsumer): string => {
  const { name } = consumer
  const database = `  ${databaseVariableOf(name)}: workerDatabaseUrl('${name}'),\n`
  const description = 'The word that is logged for each push.'
  return `  ${greetingOf(name)}: z.string().default('pushed').describe('${description}'),
${ifDatabase(consumer, database)}`
}

const definitionText = (consumer: NewConsumer): string => {
  const { name, metricsPort, answers } = consumer
  const { beginning, effect } = answers
  const maxAge = beginning.begins === 'now' ? `  maxAgeHours: ${beginning.maxAgeHours},\n` : ''
  const repeats = answers.database === 'yes' ? "'harmless'" : '{ skippedForDays: 7 }'
  const would = effect === 'external' ? 'send' : 'write'
  const to = answers.database === 'yes' ? `${snakeOf(name)}.pushes` : 'the log'
  return `  begins: '${beginning.begins}',
${maxAge}  repeats: ${repeats},
  effect: '${effect}',
  // What does the worker store about people? See docs/write-a-worker.md.
  personalData: 'none',
${ifDatabase(consumer, databaseText(name))}  metricsPort: ${metricsPort},
  variables: ${identifierOf(name)}Variables,
${gitlabText(consumer)}  dryRun: ({ user_name, ref }) => [
    { would: '${would}', to: '${to}', content: { user_name, ref } },
  ],
`
}

const databaseText = (name: string): string => `  database: {
    migrations: new URL('./migrations/', import.meta.url),
    rights: ['usage on schema ${snakeOf(name)}', 'select, insert on ${snakeOf(name)}.pushes'],
  },
`

const gitlabText = ({ answers }: NewConsumer): string =>
  answers.gitlabApi === 'none'
    ? ''
    : `  gitlabApi: { scope: '${answers.gitlabApi}', role: 'Reporter', without: '${withoutToken}' },
`

/** What a new worker does without a token. */
const withoutToken = 'It leaves out what needs the API.'

const handlerText = (consumer: NewConsumer): string => {
  const { name, answers } = consumer
  if (answers.database === 'no')
    return `  async create({ ${greetingOf(name)}: greeting }, logger) {
    return {
      async handle({ delivery, user_name, ref }) {
        logger.info(greeting, { delivery_id: delivery.id, user_name, ref })
      },
      close: async () => undefined,
    }
  },
`
  const settings = `${greetingOf(name)}: greeting, ${databaseVariableOf(name)}: url`
  return `  async create({ ${settings} }, logger) {
    const { createPool, query } = await import('../../lib/database.ts')
    const pool = createPool(url, 'gitlab-bridge.${name}', logger)
    return {
      async handle({ delivery, user_name, ref }) {
        await query(
          pool,
          'insert into ${snakeOf(name)}.pushes values ($1, $2, $3, $4) on conflict do nothing',
          [delivery.instance, delivery.id, user_name, ref],
        )
        logger.info(greeting, { delivery_id: delivery.id, user_name, ref })
      },
      close: () => pool.end(),
    }
  },
`
}

/** The first migration of a worker that keeps something in PostgreSQL. */
export const migrationText = ({ name }: NewConsumer): string => `create schema ${snakeOf(name)};

create table ${snakeOf(name)}.pushes (
  -- The GitLab that the hook came from; null where it does not say so.
  instance text,
  delivery_id text not null,
  user_name text,
  ref text not null,
  unique nulls not distinct (instance, delivery_id)
);
`

/** The row of docs/gitlab-tokens.md. */
export const tokenRowOf = ({ name, answers }: NewConsumer): string =>
  `| \`${name}\` | \`${answers.gitlabApi}\` | Reporter | ${withoutToken} |\n`

export const testText = (consumer: NewConsumer): string =>
  consumer.answers.database === 'yes' ? dryRunTestText(consumer) : handlerTestText(consumer)

const handlerTestText = ({ name }: NewConsumer): string => `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ${identifierOf(name)} } from '../../../../consumers/${name}/${name}.ts'
import type { RecordOf } from '../../../../schemas/catalogue.ts'
import { deliver, hookOf } from '../../../helpers/records/deliver.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'
import { workerTools } from '../../../helpers/process/worker-tools.ts'
import { fixture } from '../../../helpers/records/samples.ts'

test('a push is logged as one line', async () => {
  const { logger, lines } = recordingLogger()
  const handler = await ${identifierOf(name)}.create({ ${greetingOf(name)}: 'pushed' }, logger, workerTools())
  assert.ok('handle' in handler)
  const { body, headers } = fixture('push')
  const { decoded } = await deliver(hookOf(body, headers))
  const record = { ...decoded, eventType: 'push' } as unknown as RecordOf<'push'>
  await handler.handle(record, { signal: new AbortController().signal, origins: [] })
  assert.deepEqual(
    lines.map(({ message, fields }) => [message, fields.ref]),
    [['pushed', record.ref]],
  )
})
`

const dryRunTestText = ({ name }: NewConsumer): string => `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ${identifierOf(name)} } from '../../../../consumers/${name}/${name}.ts'
import type { RecordOf } from '../../../../schemas/catalogue.ts'
import { deliver, hookOf } from '../../../helpers/records/deliver.ts'
import { fixture } from '../../../helpers/records/samples.ts'

test('a push would be one row', async () => {
  const { body, headers } = fixture('push')
  const { decoded } = await deliver(hookOf(body, headers))
  const record = { ...decoded, eventType: 'push' } as unknown as RecordOf<'push'>
  const effects = await ${identifierOf(name)}.dryRun(record, {})
  assert.deepEqual(
    effects.map((effect) => effect.would !== 'skip' && effect.content),
    [{ user_name: record.user_name, ref: record.ref }],
  )
})
`
