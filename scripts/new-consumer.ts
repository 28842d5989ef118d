// `npm run new:consumer <name>` adds a worker with its test, its page, its Compose service and its target
// for Prometheus.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { fileURLToPath } from 'node:url'
import { consumers } from '../consumers/index.ts'
import { UsageError } from '../lib/errors.ts'
import { type Answers, nameIn, readAnswers } from './new-consumer/answers.ts'
import { pageText } from './new-consumer/document-edits.ts'
import { nameProblem } from './new-consumer/name-problem.ts'
import { register } from './new-consumer/register.ts'
import { migrationText, testText, workerText } from './new-consumer/skeleton.ts'

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
const filesOf = (name: string, answers: Answers): Map<string, string> => {
  const consumer = { name, metricsPort: freePort(), answers }
  const migration = `consumers/${name}/migrations/0001-pushes.sql`
  return new Map([
    [`consumers/${name}/${name}.ts`, workerText(consumer)],
    [`test/unit/consumers/${name}/${name}.test.ts`, testText(consumer)],
    ...(answers.database === 'yes' ? [[migration, migrationText(consumer)] as const] : []),
    [`docs/workers/${name}.md`, pageText(consumer)],
    ...register(consumer, read),
  ])
}

/** A person is asked only at a terminal. */
const openTerminal = () => {
  if (!process.stdin.isTTY) return undefined
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  return { ask: (question: string) => terminal.question(question), close: () => terminal.close() }
}

const run = async (args: readonly string[]): Promise<void> => {
  // A wrong name is an error before anything is asked.
  const problem = nameProblem(nameIn(args), { has: (file) => existsSync(path(file)), read })
  if (problem !== undefined) throw new UsageError(problem)
  const terminal = openTerminal()
  const { name, answers } = await readAnswers(args, terminal?.ask).finally(() => terminal?.close())
  const files = filesOf(name, answers)
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
  const { beginning, effect } = answers
  console.log(
    `The new worker is in consumers/${name}/${name}.ts. It begins at: ${beginning.begins}. ` +
      `Its effect is ${effect}. Change both when the worker does something else. ` +
      'Read docs/write-a-worker.md, then run npm run generate and npm run check.',
  )
}

try {
  await run(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  console.error(error.message)
  process.exitCode = 1
}
