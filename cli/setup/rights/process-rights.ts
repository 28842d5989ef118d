import type { Names } from '../../../schemas/topics.ts'

export type Operation = 'Create' | 'Describe' | 'Read' | 'Write' | 'DescribeConfigs' | 'AlterConfigs'

/** What one user may do with topics or consumer groups on Kafka. */
export interface Right {
  operations: readonly Operation[]
  resource: 'topic' | 'group'
  name: string
  /** Whether the name is that of one resource, or the beginning of the names of several. */
  pattern: 'literal' | 'prefixed'
}

/** The rights of one process. */
export interface ProcessRights {
  /** Such as `setup` or `audit-log`. */
  process: string
  rights: readonly Right[]
}

const literal = (resource: Right['resource'], name: string, ...operations: Operation[]): Right => ({
  operations,
  resource,
  name,
  pattern: 'literal',
})
const prefixed = (resource: Right['resource'], name: string, ...operations: Operation[]): Right => ({
  ...literal(resource, name, ...operations),
  pattern: 'prefixed',
})

/**
 * The rights on Kafka that each process needs, and no others. docs/kafka-rights.md has the same table, and a
 * test runs every process with exactly its rights.
 *
 * @param workers names of the workers with a consumer group
 * @param followers names of those without one
 */
export const rightsOfProcesses = (
  names: Names,
  workers: readonly string[],
  followers: readonly string[],
): ProcessRights[] => {
  const [events, ours] = [`${names.prefix}gitlab.`, `${names.prefix}gitlab-bridge.`]
  const manage = ['Create', 'Describe', 'Read', 'DescribeConfigs', 'AlterConfigs'] as const
  const setup = [
    prefixed('topic', events, ...manage),
    prefixed('topic', ours, ...manage),
    prefixed('group', ours, 'Read'),
  ]
  const ingress = [
    prefixed('topic', events, 'Write', 'DescribeConfigs'),
    literal('topic', names.canaryTopic, 'Write', 'Read', 'DescribeConfigs'),
    literal('topic', names.topic('interval'), 'Write', 'DescribeConfigs'),
  ]
  const worker = (name: string) => [
    prefixed('topic', events, 'Read'),
    literal('topic', names.topic('interval'), 'Read'),
    literal('topic', names.retryTopic(name), 'Read'),
    literal('topic', names.deadLetterTopic(name), 'Write'),
    literal('topic', names.workerStartsTopic, 'Read', 'Write'),
    literal('group', names.group(name), 'Read'),
  ]
  const lagExporter = [
    prefixed('topic', events, 'Read', 'Describe'),
    prefixed('topic', ours, 'Read', 'Describe'),
    prefixed('group', ours, 'Describe'),
  ]
  return [
    { process: 'setup', rights: setup },
    { process: 'ingress', rights: ingress },
    ...workers.map((name) => ({ process: name, rights: worker(name) })),
    ...followers.map((name) => ({ process: name, rights: [prefixed('topic', events, 'Read')] })),
    { process: 'lag-exporter', rights: lagExporter },
  ]
}

/**
 * The rights of a team that reads events: only these topics, and consumer groups that begin with its name.
 *
 * @param topics full names
 */
export const rightsOfSubscriber = (name: string, topics: readonly string[]): ProcessRights => ({
  process: name,
  rights: [
    ...topics.map((topic) => literal('topic', topic, 'Read', 'Describe')),
    prefixed('group', name, 'Read'),
  ],
})
