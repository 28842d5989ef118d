import { UsageError } from '../../lib/errors.ts'
import { identifierOf, type NewConsumer } from './skeleton.ts'

/** A place in a file that knows every worker, and what stands there once it knows one more. */
interface Edit {
  file: string
  place: RegExp
  become(found: string): string
}

const editsFor = ({ name, metricsPort }: NewConsumer): Edit[] => [
  {
    file: 'consumers/index.ts',
    place: /import type \{ Consumer \} from '.\/consumer.ts'\n/,
    become: (found) => `${found}import { ${identifierOf(name)} } from './${name}/${name}.ts'\n`,
  },
  // The formatter ends a list of several lines with a comma, and one of a single line with none.
  { file: 'consumers/index.ts', place: /,?\s*\]\s*$/, become: () => `, ${identifierOf(name)}]\n` },
  {
    file: 'docker-compose.yml',
    place: /\n {2}prometheus:\n/,
    become: (found) => `
  ${name}:
    <<: *process
    command: [consumer, ${name}]
    environment: { <<: *environment, METRICS_PORT: ${metricsPort} }
    volumes: ["${name}:/var/lib/gitlab-bridge"]
${found}`,
  },
  {
    file: 'docker-compose.yml',
    place: /\nvolumes:\n( {2}\S+:\n)+/,
    become: (found) => `${found}  ${name}:\n`,
  },
  {
    file: 'monitoring/prometheus/prometheus.yml',
    place: /job_name: worker\n.*\n.*targets:\n( +- \S+\n)+/,
    become: (found) => `${found}          - ${name}:${metricsPort}\n`,
  },
]

/** Path → content, with the worker in it. @param read a file, by its path @throws UsageError where a place is not found */
export const register = (consumer: NewConsumer, read: (file: string) => string): Map<string, string> => {
  const texts = new Map<string, string>()
  for (const { file, place, become } of editsFor(consumer)) {
    const text = texts.get(file) ?? read(file)
    if (!place.test(text))
      throw new UsageError(`${file} is not as expected: the place for ${consumer.name} was not found`)
    texts.set(file, text.replace(place, become))
  }
  return texts
}
