import { stringify } from 'yaml'
import type { Topic } from '../topic-list.ts'
import type { ProcessRights, Right } from './process-rights.ts'

const apiVersion = 'kafka.strimzi.io/v1'
/** Strimzi finds the cluster by this label. */
const metadataOf = (name: string) => ({ name, labels: { 'strimzi.io/cluster': 'CLUSTER' } })

/**
 * Resources for Strimzi, which runs Kafka on Kubernetes: a KafkaUser for each process, and a KafkaTopic for
 * each topic.
 *
 * @param replicas of each topic; with three, two must have a record before it is acknowledged
 */
export const strimziResources = (
  processes: readonly ProcessRights[],
  userOf: (process: string) => string,
  topics: readonly Topic[],
  replicas: number,
): string => {
  const resources = [
    ...processes.map((each) => userResource(userOf(each.process), each)),
    ...topics.map((topic) => topicResource(topic, replicas)),
  ]
  return introduction + resources.map((resource) => `---\n${stringify(resource, { lineWidth: 0 })}`).join('')
}

const introduction = `# Resources for Strimzi. Replace CLUSTER by the name of your Kafka resource.
# DANGER: when a KafkaTopic is deleted, Strimzi deletes the topic and its records. Do not delete them with the
# rest of a release, and keep this annotation, with which Strimzi leaves the topic alone:
#   kubectl annotate kafkatopic --all strimzi.io/managed="false"
`

const userResource = (user: string, { rights }: ProcessRights) => ({
  apiVersion,
  kind: 'KafkaUser',
  metadata: metadataOf(user),
  spec: {
    authentication: { type: 'scram-sha-512' },
    authorization: { type: 'simple', acls: rights.map(aclOf) },
  },
})

const aclOf = ({ operations, resource, name, pattern }: Right) => ({
  resource: { type: resource, name, patternType: pattern === 'prefixed' ? 'prefix' : 'literal' },
  operations: [...operations],
})

const topicResource = ({ topic, numPartitions, config }: Topic, replicas: number) => ({
  apiVersion,
  kind: 'KafkaTopic',
  metadata: metadataOf(resourceNameOf(topic)),
  spec: {
    topicName: topic,
    partitions: numPartitions,
    replicas,
    config: { ...config, ...(replicas >= 3 && { 'min.insync.replicas': '2' }) },
  },
})

/** Names of resources in Kubernetes have no underscore. */
const resourceNameOf = (topic: string): string => topic.toLowerCase().replaceAll('_', '-')
