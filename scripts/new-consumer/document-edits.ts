import type { Edit } from './edit.ts'
import type { NewConsumer } from './skeleton.ts'

/** The documents that list all workers. The tests require a new worker to be in each of them. */
export const documentEdits = ({ name, metricsPort }: NewConsumer): Edit[] => [
  {
    file: 'README.md',
    place: /\| worker \| does \| needs \| page \|\n(\|.*\n)+/,
    replacement: (found) =>
      `${found}| \`${name}\` | writes a line for every push | Kafka, registry | ` +
      `[${name}](docs/workers/${name}.md) |\n`,
  },
  {
    file: 'README.md',
    place: /^(bridge consumer \S+\n)+/m,
    replacement: (found) => `${found}bridge consumer ${name}\n`,
  },
  {
    file: 'docs/operations.md',
    place: /(\| `bridge consumer \S+` \|.*\n)+/,
    replacement: (found) =>
      `${found}| \`bridge consumer ${name}\` | ${metricsPort} | Kafka, registry | ` +
      'which deliveries it has handled (`BRIDGE_DATA_DIR`) |\n',
  },
  {
    file: 'docs/architecture.md',
    place: /`consumers\/[a-z0-9/-]+`(?= · `lib\/)/,
    replacement: (found) => `${found}, \`consumers/${name}/\``,
  },
  {
    file: 'docs/README.md',
    place: /\]\(workers\/[a-z0-9-]+\.md\)(?= \|\n)/,
    replacement: (found) => `${found}, [${name}](workers/${name}.md)`,
  },
  {
    file: 'consumers/README.md',
    place: /`[a-z0-9-]+\/`(?=\.\n- `runtime\/`)/,
    replacement: (found) => `${found}, \`${name}/\``,
  },
]

/** The page of the worker, which the author completes. */
export const pageText = ({ name }: NewConsumer): string => `# ${name}

Writes a line for every push.

## Run it

    bridge consumer ${name}

The worker needs Kafka and the schema registry.
`
