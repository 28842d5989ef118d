// `npm run new:event -- <name> [--schema <shape>]`: one line in the catalogue, one .avsc if it is new, a sample, and what is generated from them.
import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { classify } from '../ingress/record/classify.ts'
import { UsageError } from '../lib/errors.ts'
import { catalogue, eventTypes, isEventType } from '../schemas/catalogue.ts'
import { inlinedSchema, shapes } from '../schemas/load.ts'
import { namedTypesIn } from '../schemas/named-types.ts'
import { withEvent } from './new-event/catalogue-line.ts'
import { bodyLike, bodyText, headersText, recordName, schemaText } from './new-event/skeleton.ts'

const path = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url))
const read = (name: string): string => readFileSync(path(name), 'utf8')

/** Path → content of what is to be written. @throws UsageError before anything is */
const filesOf = (event: string, shape: string | undefined): Map<string, string> => {
  if (!/^[a-z][a-z0-9_]{0,99}$/.test(event))
    throw new UsageError(
      `"${event}" is no event type: small letters, digits and underscores, like merge_request.`,
    )
  if (isEventType(event)) throw new UsageError(`${event} is in schemas/catalogue.ts already.`)
  const taken = classify({ body: Buffer.from(JSON.stringify({ object_kind: event })), headers: {} }).event
  if (taken !== 'unknown')
    throw new UsageError(`GitLab's ${event} is the event ${taken} here: see ingress/record/classify.ts.`)
  for (const file of [`test/fixtures/${event}.json`, `test/fixtures/${event}.headers`])
    if (existsSync(path(file)))
      throw new UsageError(`${file} exists already: move it away, or choose another name.`)
  const catalogueFile = [
    'schemas/catalogue.ts',
    withEvent(read('schemas/catalogue.ts'), event, shape ?? event),
  ] as const
  return new Map([catalogueFile, ...(shape === undefined ? ownShape(event) : shapeOf(event, shape))])
}

const ownShape = (event: string): [string, string][] => {
  if (shapes.has(event))
    throw new UsageError(
      `schemas/events/${event}.avsc exists already: use it with --schema ${event}, or choose another name.`,
    )
  const named = [...shapes.keys()].flatMap((name) => [...namedTypesIn(inlinedSchema(name)).keys()])
  if (named.includes(`gitlab_bridge.${recordName(event)}`))
    throw new UsageError(`A type is called ${recordName(event)} already: choose another name.`)
  return [
    [`schemas/events/${event}.avsc`, schemaText(event)],
    [`test/fixtures/${event}.json`, bodyText(event)],
    [`test/fixtures/${event}.headers`, headersText(event, randomUUID())],
  ]
}

const shapeOf = (event: string, shape: string): [string, string][] => {
  const usable = [...shapes.keys()].filter((name) => name !== 'unknown' && name !== 'quarantine')
  if (!usable.includes(shape))
    throw new UsageError(`There is no schema ${shape} to share; there are ${usable.join(', ')}.`)
  const sibling = eventTypes.find(
    (name) => catalogue[name].schema === shape && existsSync(path(`test/fixtures/${name}.json`)),
  )
  if (sibling === undefined)
    throw new UsageError(`No event of schema ${shape} has a sample in test/fixtures: add one first.`)
  const hook = /^X-Gitlab-Event: (.+)$/m.exec(read(`test/fixtures/${sibling}.headers`))?.[1]
  return [
    [`test/fixtures/${event}.json`, bodyLike(read(`test/fixtures/${sibling}.json`), event)],
    [`test/fixtures/${event}.headers`, headersText(event, randomUUID(), hook)],
  ]
}

const nextSteps = (event: string, shape: string | undefined): string => `
Next:
  schemas/catalogue.ts           retention, key, fact and time of ${event}
  schemas/gitlab-pages.ts        GitLab's page of ${event}
  ${shape === undefined ? `schemas/events/${event}.avsc`.padEnd(31) : 'docs/generate/meanings.ts      '}${shape === undefined ? 'its doc and fields' : 'what it says, since it shares its schema'}
  ${`test/fixtures/${event}.json`.padEnd(31)}a real body
then npm run generate, npm run check, and bridge setup for its topic and subject.`

const run = (event: string, { schema: shape }: { schema?: string }): void => {
  for (const [file, content] of filesOf(event, shape)) {
    writeFileSync(path(file), content)
    console.log(`wrote ${file}`)
  }
  const { status } = spawnSync(process.execPath, [path('scripts/generate.ts')], { stdio: 'inherit' })
  if (status !== 0) throw new UsageError('The files are written, but npm run generate failed: see above.')
  console.log(nextSteps(event, shape))
}

const command = new Command('new:event')
  .description(
    'add an event: one line in the catalogue, one schema if it is new, a sample, and the generated files',
  )
  .usage('-- <name> [--schema <shape>]')
  .argument('<name>', "GitLab's object_kind or event_name")
  .option('--schema <shape>', 'an existing schema to share: a file name in schemas/events')
  .action(run)

try {
  if (process.env.npm_config_schema !== undefined)
    throw new UsageError(
      'npm keeps --schema to itself unless -- stands before it: npm run new:event -- <name> --schema <shape>',
    )
  command.parse()
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  console.error(error.message)
  process.exitCode = 1
}
