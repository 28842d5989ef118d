import { workerTokenVariable } from '../../consumers/gitlab-api/variables.ts'
import { databaseVariableOf } from '../../lib/database-variable.ts'
import { UsageError } from '../../lib/errors.ts'
import { documentEdits } from './document-edits.ts'
import type { Edit } from './edit.ts'
import { greetingOf, identifierOf, type NewConsumer, tokenRowOf } from './skeleton.ts'

const editsFor = (consumer: NewConsumer): Edit[] => [
  ...listEdits(consumer),
  ...documentEdits(consumer),
  ...(consumer.answers.gitlabApi === 'none' ? [] : [tokenEdit(consumer)]),
  ...(consumer.answers.database === 'no' ? [] : [setupEdit(consumer)]),
]

const tokenEdit = (consumer: NewConsumer): Edit => ({
  file: 'docs/gitlab-tokens.md',
  place: /\n\| worker \| scope \|.*\n\|[ -|]+\n/,
  replacement: (found) => `${found}${tokenRowOf(consumer)}`,
})

/** The variables of the worker that Compose passes on from .env. It passes on a line without a value. */
const passedOn = ({ name, answers }: NewConsumer): string[] => {
  const secrets = [
    ...(answers.database === 'yes' ? [databaseVariableOf(name)] : []),
    ...(answers.gitlabApi === 'none' ? [] : [workerTokenVariable(name)]),
  ]
  return [greetingOf(name), ...secrets.flatMap((variable) => [variable, `${variable}_FILE`])]
}

const environmentsOf = ({ answers }: NewConsumer): string =>
  answers.gitlabApi === 'none' ? '*worker-environment' : '[*worker-environment, *gitlab-environment]'

/** In Compose, setup makes the role of the worker and must know its URL. */
const setupEdit = ({ name }: NewConsumer): Edit => ({
  file: 'docker-compose.yml',
  place: /\n {6}\w+_DATABASE_URL(?:_FILE)?:.*\n(?= {4}depends_on)/,
  replacement: (found) => `${found}      ${databaseVariableOf(name)}:\n`,
})

const listEdits = (consumer: NewConsumer): Edit[] => {
  const { name, metricsPort } = consumer
  const variables = passedOn(consumer)
    .map((variable) => `      ${variable}:\n`)
    .join('')
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
    environment:
      <<: ${environmentsOf(consumer)}
      METRICS_PORT: ${metricsPort}
${variables}    volumes: [*every-process, *config, "${name}:/var/lib/gitlab-bridge"]
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
