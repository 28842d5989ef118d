import type { ProcessRights, Right } from './process-rights.ts'

/**
 * Commands of Kafka's own tool that create the access control lists. They change no existing ones.
 *
 * @param userOf the user of a process
 */
export const aclCommands = (
  processes: readonly ProcessRights[],
  userOf: (process: string) => string,
): string => {
  const lines = processes.flatMap(({ process, rights }) => [
    '',
    `# ${process}`,
    ...rights.map((right) => commandOf(userOf(process), right)),
  ])
  return [...introduction, ...lines, ''].join('\n')
}

const introduction = [
  '# Access control lists for Kafka, with the least rights. Set BROKERS, and ADMIN to the settings of a',
  '# client that may change them (a file for --command-config). Each user must exist, or log in with a',
  '# certificate.',
  'acls() { kafka-acls.sh --bootstrap-server "$BROKERS" --command-config "$ADMIN" --add "$@"; }',
]

const commandOf = (user: string, { operations, resource, name, pattern }: Right): string =>
  [
    `acls --allow-principal 'User:${user}'`,
    ...operations.map((operation) => `--operation ${operation}`),
    `--${resource} '${name}' --resource-pattern-type ${pattern}`,
  ].join(' ')
