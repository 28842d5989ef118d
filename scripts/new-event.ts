// `npm run new:event -- <name> [--schema <shape>]` adds an event: a line in the catalogue, an .avsc file if
// the schema is new, a sample, and the files that are generated from them.
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { Command } from 'commander'
import { UsageError } from '../lib/errors.ts'
import { eventTables } from './new-event/event-tables.ts'
import { filesOf, pathOf } from './new-event/files-of.ts'

const nextSteps = (event: string, shape: string | undefined): string => {
  const described =
    shape === undefined
      ? [`schemas/events/${event}.avsc`, 'its doc and its fields']
      : ['docs/generate/meanings.ts', 'what the event means: its schema describes other events, too']
  const steps = [
    ['schemas/catalogue.ts', `retention, key, fact and time of ${event}`],
    ['schemas/gitlab-pages.ts', `GitLab's page about ${event}`],
    ...eventTables.map(({ file, decides }) => [file, decides]),
    described,
    [`test/fixtures/${event}.json`, 'a real body'],
  ]
  const lines = steps.map(([file = '', what]) => `  ${file.padEnd(50)} ${what}`)
  return [
    '',
    'Next:',
    ...lines,
    'Then run npm run generate and npm run check. `bridge setup` creates its topic and its subject.',
  ].join('\n')
}

const run = (event: string, { schema: shape }: { schema?: string }): void => {
  for (const [file, content] of filesOf(event, shape)) {
    writeFileSync(pathOf(file), content)
    console.log(`wrote ${file}`)
  }
  const { status } = spawnSync(process.execPath, [pathOf('scripts/generate.ts')], { stdio: 'inherit' })
  if (status !== 0)
    throw new UsageError('The files were written, but npm run generate failed. Its output is above.')
  console.log(nextSteps(event, shape))
}

const command = new Command('new:event')
  .description(
    'add an event: a line in the catalogue, a schema if it is new, a sample, and the generated files',
  )
  .usage('-- <name> [--schema <shape>]')
  .argument('<name>', 'object_kind or event_name of GitLab')
  .option('--schema <shape>', 'an existing schema to share: the name of a file in schemas/events')
  .action(run)

try {
  // Without `--`, npm takes the option for its own and passes only this variable.
  if (process.env.npm_config_schema !== undefined)
    throw new UsageError(
      'npm did not pass --schema on. Put -- before the name: npm run new:event -- <name> --schema <shape>',
    )
  command.parse()
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  console.error(error.message)
  process.exitCode = 1
}
