import { databaseVariableOf } from '../../lib/database-variable.ts'
import { UsageError } from '../../lib/errors.ts'
import { identifierOf, type NewConsumer, tokenRowOf } from './skeleton.ts'

/** A change in a file that lists all workers. */
interface Edit {
  file: string
  /** Where to change the file. */
  place: RegExp
  /** The new text for that place. @param found its old text */
  replacement(found: string): string
}

const editsFor = (consumer: NewConsumer): Edit[] => [
  ...listEdits(consumer),
  ...(consumer.answers.gitlabApi === 'none' ? [] : [tokenEdit(consumer)]),
]

const tokenEdit = (consumer: NewConsumer): Edit => ({
  file: 'docs/gitlab-tokens.md',
  place: /\n\| worker \| scope \|.*\n\|[ -|]+\n/,
  replacement: (found) => `${found}${tokenRowOf(consumer)}`,
})

/** Compose passes the URL of the role on from the environment of the user. */
const databaseEnvironment = ({ name, answers }: NewConsumer): string => {
  if (answers.database === 'no') return ''
  const variable = databaseVariableOf(name)
  return `, ${variable}: "\${${variable}:-}"`
}

const listEdits = (consumer: NewConsumer): Edit[] => {
  const { name, metricsPort } = consumer
  return [
    {
      file: 'consumers/index.ts',
      place: /import type \{ Consumer \} from '.\/consumer.ts'\n/,
      replacement: (found) => `${found}import { ${identifierOf(name)} } from './${name}/${name}.ts'\n`,
    },
    // The formatter puts a comma behind the last item only if the list has several lines.
    { file: 'consumers/index.ts', place: /,?\s*\]\s*$/, replacement: () => `, ${identifierOf(name)}]\n` },
    {
      file: 'docker-compose.yml',
      place: /\n {2}prometheus:\n/,
      replacement: (found) => `
  ${name}:
    <<: *process
    profiles: [${name}]
    command: [consumer, ${name}]
    environment: { <<: *environment, METRICS_PORT: ${metricsPort}${databaseEnvironment(consumer)} }
    volumes: ["${name}:/var/lib/gitlab-bridge"]
${found}`,
    },
    {
      file: 'docker-compose.yml',
      place: /\nvolumes:\n( {2}\S+:\n)+/,
      replacement: (found) => `${found}  ${name}:\n`,
    },
    {
      file: 'monitoring/prometheus/prometheus.yml',
      place: /job_name: worker\n.*\n.*targets:\n( +- \S+\n)+/,
      replacement: (found) => `${found}          - ${name}:${metricsPort}\n`,
    },
  ]
}

/**
 * Adds a worker to every file that lists all workers.
 *
 * @param read reads a file, by its path
 * @returns path → new content
 * @throws UsageError if a file does not have the expected place
 */
export const register = (consumer: NewConsumer, read: (file: string) => string): Map<string, string> => {
  const texts = new Map<string, string>()
  for (const { file, place, replacement } of editsFor(consumer)) {
    const text = texts.get(file) ?? read(file)
    if (!place.test(text))
      throw new UsageError(
        `${file} is not as expected: it has no place for ${consumer.name}. Add the worker by hand.`,
      )
    texts.set(file, text.replace(place, replacement))
  }
  return texts
}
