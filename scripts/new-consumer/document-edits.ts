import { databaseRoleOf, databaseVariableOf } from '../../lib/database-variable.ts'
import type { Edit } from './edit.ts'
import { type NewConsumer, taskOf } from './skeleton.ts'

/** The documents that list all workers. The tests require a new worker to be in each of them. */
export const documentEdits = (consumer: NewConsumer): Edit[] => {
  const { name, metricsPort } = consumer
  return [
    {
      file: 'README.md',
      place: /\| worker \| does \| needs \| page \|\n(\|.*\n)+/,
      replacement: (found) =>
        `${found}| \`${name}\` | ${doesOf(consumer)} | ${needsOf(consumer)} | ` +
        `[${name}](docs/workers/${name}.md) |\n`,
    },
    {
      file: 'README.md',
      place: /^(bridge consumer \S+.*\n)+/m,
      replacement: (found) => `${found}bridge consumer ${name}\n`,
    },
    {
      file: 'docs/operations.md',
      place: /(\| `bridge consumer \S+` \|.*\n)+/,
      replacement: (found) =>
        `${found}| \`bridge consumer ${name}\` | ${metricsPort} | ${needsOf(consumer)} | ` +
        `${keptBy(consumer)} |\n`,
    },
    {
      file: 'docs/architecture.md',
      place: /`consumers\/[a-z0-9/-]+`(?= ·\s`lib\/)/,
      replacement: (found) => `${found}, \`consumers/${name}/\``,
    },
    {
      file: 'docs/README.md',
      place: /^\| know what a worker keeps \| .*(?= \|$)/m,
      replacement: (found) => `${found}, [${name}](workers/${name}.md)`,
    },
    {
      file: 'consumers/README.md',
      place: /`[a-z0-9-]+\/`(?=\.\n- `runtime\/`)/,
      replacement: (found) => `${found}, \`${name}/\``,
    },
  ]
}

/** `Writes a line for every push.` → `writes a line for every push`. */
const doesOf = (consumer: NewConsumer): string => {
  const task = taskOf(consumer)
  return task.charAt(0).toLowerCase() + task.slice(1, -1)
}

const needsOf = ({ answers }: NewConsumer): string =>
  answers.database === 'yes' ? 'Kafka, registry, PostgreSQL' : 'Kafka, registry'

/** What the worker keeps on disk. */
const keptBy = ({ answers }: NewConsumer): string =>
  answers.database === 'yes' ? 'nothing' : 'which deliveries it has handled (`BRIDGE_DATA_DIR`)'

/** The page of the worker, which the author completes. */
export const pageText = (consumer: NewConsumer): string => `# ${consumer.name}

${taskOf(consumer)}

## Run it

${settingsText(consumer)}    bridge consumer ${consumer.name}

${needsText(consumer)}
`

const settingsText = ({ name, answers }: NewConsumer): string => {
  if (answers.database === 'no') return ''
  const url = `postgres://${databaseRoleOf(name)}:password@db.example.com/gitlab_bridge`
  return `    export ${databaseVariableOf(name)}=${url}\n    bridge setup\n`
}

const needsText = ({ name, answers }: NewConsumer): string =>
  answers.database === 'yes'
    ? `The worker needs Kafka, the schema registry and PostgreSQL. Setup needs \`DATABASE_URL\`, too: with its
role it creates the tables of the worker, and the role in \`${databaseVariableOf(name)}\`.`
    : 'The worker needs Kafka and the schema registry.'
