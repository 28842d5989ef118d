// npm run new:consumer <name>: a new worker with its test, its compose service and its target for Prometheus.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { lagExporterPort } from '../cli/variables/lag-exporter-port.ts'
import { consumers } from '../consumers/index.ts'
import { UsageError } from '../lib/errors.ts'
import { refusalOf } from './new-consumer/refusal-of.ts'
import { register } from './new-consumer/register.ts'
import { testText, workerText } from './new-consumer/skeleton.ts'

const path = (file: string): string => fileURLToPath(new URL(`../${file}`, import.meta.url))
const read = (file: string): string => readFileSync(path(file), 'utf8')

const freePort = (): number => {
  const taken = new Set([lagExporterPort, ...consumers.map(({ metricsPort }) => metricsPort)])
  let port = 9465
  while (taken.has(port)) port += 1
  return port
}

/** Path → content of what is to be written. @throws UsageError before anything is */
const filesOf = (name: string): Map<string, string> => {
  const refusal = refusalOf(name, { has: (file) => existsSync(path(file)), read })
  if (refusal !== undefined) throw new UsageError(refusal)
  const consumer = { name, metricsPort: freePort() }
  return new Map([
    [`consumers/${name}/${name}.ts`, workerText(consumer)],
    [`test/unit/consumers/${name}/${name}.test.ts`, testText(consumer)],
    ...register(consumer, read),
  ])
}

const run = (name: string): void => {
  const files = filesOf(name)
  for (const [file, content] of files) {
    mkdirSync(dirname(path(file)), { recursive: true })
    writeFileSync(path(file), content)
  }
  const sources = [...files.keys()].filter((file) => file.endsWith('.ts'))
  const { status } = spawnSync(path('node_modules/.bin/biome'), ['check', '--write', ...sources], {
    cwd: path(''),
    stdio: 'inherit',
  })
  if (status !== 0) throw new UsageError('The files are written, but could not be formatted: see above.')
  console.log(
    `consumers/${name}/${name}.ts is where it begins; docs/write-a-worker.md tells the rest. Then: npm run generate, npm run check`,
  )
}

try {
  run(process.argv[2] ?? '')
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  console.error(error.message)
  process.exitCode = 1
}
