// `npm run new:consumer <name>` adds a worker with its test, its Compose service and its target for
// Prometheus.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { consumers } from '../consumers/index.ts'
import { UsageError } from '../lib/errors.ts'
import { nameProblem } from './new-consumer/name-problem.ts'
import { register } from './new-consumer/register.ts'
import { testText, workerText } from './new-consumer/skeleton.ts'

const path = (file: string): string => fileURLToPath(new URL(`../${file}`, import.meta.url))
const read = (file: string): string => readFileSync(path(file), 'utf8')

/** The ports below belong to the ingress, the lag exporter and the workers of the bridge itself. */
const firstOwnPort = 9480

const freePort = (): number => {
  const taken = new Set(consumers.map(({ metricsPort }) => metricsPort))
  let port = firstOwnPort
  while (taken.has(port)) port += 1
  return port
}

/** Path → content of every file to write. @throws UsageError before anything is written */
const filesOf = (name: string): Map<string, string> => {
  const problem = nameProblem(name, { has: (file) => existsSync(path(file)), read })
  if (problem !== undefined) throw new UsageError(problem)
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
  if (status !== 0)
    throw new UsageError('The files were written, but the formatter failed. Its output is above.')
  console.log(
    `The new worker is in consumers/${name}/${name}.ts. ` +
      'Read docs/write-a-worker.md, then run npm run generate and npm run check.',
  )
}

try {
  run(process.argv[2] ?? '')
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  console.error(error.message)
  process.exitCode = 1
}
