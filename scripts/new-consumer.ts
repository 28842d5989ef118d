// npm run new:consumer <name>: a new worker with its test, its compose service and its target for Prometheus.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { lagExporterPort } from '../cli/lag/lag-exporter-port.ts'
import { consumers } from '../consumers/index.ts'

const [name = ''] = process.argv.slice(2)
if (!/^[a-z]+(-[a-z]+)*$/.test(name)) fail('npm run new:consumer <name>: the name is in kebab-case, such as issue-counter')
const path = (file: string) => fileURLToPath(new URL(`../${file}`, import.meta.url))
if (existsSync(path(`consumers/${name}`))) fail(`consumers/${name} exists already`)

const camel = name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase())
const upper = name.replaceAll('-', '_').toUpperCase()
const taken = new Set([lagExporterPort, ...consumers.map(({ metricsPort }) => metricsPort)])
let metricsPort = 9465
while (taken.has(metricsPort)) metricsPort += 1

mkdirSync(path(`consumers/${name}`))
writeFileSync(
  path(`consumers/${name}/${name}.ts`),
  `import { z } from 'zod'
import { defineConsumer } from '../consumer.ts'

export const ${camel}Variables = z.object({
  ${upper}_GREETING: z.string().default('pushed').describe('What is written beside the name.'),
})

/** Writes a line for every push; for one that several hooks tell, a line each. */
export const ${camel} = defineConsumer({
  name: '${name}',
  summary: 'Writes a line for every push.',
  events: ['push'],
  repeats: { skippedForDays: 7 },
  metricsPort: ${metricsPort},
  variables: ${camel}Variables,
  dryRun: ({ user_name, ref }) => \`write that \${user_name} pushed \${ref}\`,
  async create({ ${upper}_GREETING: greeting }, logger) {
    return {
      async handle({ delivery, user_name, ref }) {
        logger.info(greeting, { delivery_id: delivery.id, user_name, ref })
      },
      close: async () => undefined,
    }
  },
})
`,
)
mkdirSync(path('test/unit/consumers'), { recursive: true })
writeFileSync(
  path(`test/unit/consumers/${name}.test.ts`),
  `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ${camel} } from '../../../consumers/${name}/${name}.ts'
import type { RecordOf } from '../../../schemas/catalogue.ts'
import { carry, hookOf } from '../../helpers/carry.ts'
import { recordingLogger } from '../../helpers/recording-logger.ts'
import { fixture } from '../../helpers/samples.ts'

test('a push is one line', async () => {
  const { logger, lines } = recordingLogger()
  const handler = await ${camel}.create({ ${upper}_GREETING: 'pushed' }, logger)
  assert.ok('handle' in handler)
  const { body, headers } = fixture('push')
  const record = { ...(await carry(hookOf(body, headers))).decoded, eventType: 'push' } as unknown as RecordOf<'push'>
  await handler.handle(record, { signal: new AbortController().signal })
  assert.deepEqual(
    lines.map(({ message, fields }) => [message, fields.ref]),
    [['pushed', record.ref]],
  )
})
`,
)
edit('consumers/index.ts', (text) =>
  text
    .replace(
      "import type { Consumer } from './consumer.ts'\n",
      `import type { Consumer } from './consumer.ts'\nimport { ${camel} } from './${name}/${name}.ts'\n`,
    )
    .replace(/\]\s*$/, `, ${camel}]\n`),
)
edit('docker-compose.yml', (text) =>
  text.replace(
    '\n  prometheus:\n',
    `\n  ${name}:\n    <<: *process\n    command: [consumer, ${name}]\n    environment: { <<: *environment, METRICS_PORT: ${metricsPort} }\n    volumes: ["${name}:/var/lib/gitlab-bridge"]\n\n  prometheus:\n`,
  ),
)
edit('docker-compose.yml', (text) => text.replace(/\nvolumes:\n( {2}\S+:\n)+/, `$&  ${name}:\n`))
const last = consumers.at(-1)
edit('monitoring/prometheus/prometheus.yml', (text) =>
  text.replace(
    `          - ${last?.name}:${last?.metricsPort}\n`,
    `          - ${last?.name}:${last?.metricsPort}\n          - ${name}:${metricsPort}\n`,
  ),
)
spawnSync(
  path('node_modules/.bin/biome'),
  ['check', '--write', `consumers/${name}`, 'consumers/index.ts', `test/unit/consumers/${name}.test.ts`],
  {
    cwd: path(''),
    stdio: 'inherit',
  },
)
console.log(`consumers/${name}/${name}.ts is where it begins; docs/write-a-worker.md tells the rest. Then: npm run generate, npm run check`)

function edit(file: string, change: (text: string) => string): void {
  const before = readFileSync(path(file), 'utf8')
  const after = change(before)
  if (after === before) fail(`${file} is not as expected: the place for ${name} was not found`)
  writeFileSync(path(file), after)
}

function fail(sentence: string): never {
  console.error(sentence)
  process.exit(1)
}
