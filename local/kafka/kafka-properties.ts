/** The settings in which the nodes differ. All listen on 127.0.0.1. */
export interface KafkaNode {
  id: number
  port: number
  controllerPort: number
}

/**
 * The server.properties of one node that is broker and controller.
 *
 * @param voters every node of the cluster, including this one
 * @param logDirs relative to the working folder, because Kafka splits the value at commas, which an absolute
 *   path may contain
 */
export const kafkaProperties = (node: KafkaNode, voters: readonly KafkaNode[], logDirs: string): string => {
  const replication = Math.min(voters.length, 3)
  const minimumInSync = Math.max(1, replication - 1)
  const properties = {
    'process.roles': 'broker,controller',
    'node.id': node.id,
    'controller.quorum.voters': voters
      .map(({ id, controllerPort }) => `${id}@127.0.0.1:${controllerPort}`)
      .join(','),
    listeners: `PLAINTEXT://127.0.0.1:${node.port},CONTROLLER://127.0.0.1:${node.controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${node.port}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': logDirs,

    'auto.create.topics.enable': false,
    'default.replication.factor': replication,
    'min.insync.replicas': minimumInSync,
    'message.max.bytes': maxMessageBytes,
    'replica.fetch.max.bytes': maxMessageBytes,
    'log.retention.hours': 168,
    'log.segment.bytes': 256 * 1024 * 1024,
    'offsets.retention.minutes': 30 * 24 * 60,
    'group.initial.rebalance.delay.ms': 0,
    // A node that was killed can join again only after its old session has ended. The default is 9 s. On a
    // busy machine a node may not get to its heartbeats for some seconds, and would exclude itself.
    'broker.session.timeout.ms': 6000,
    'broker.heartbeat.interval.ms': 1000,
    // By default, an idle node writes an empty record twice a second, which takes CPU.
    'metadata.max.idle.interval.ms': 5000,

    'offsets.topic.num.partitions': 3,
    'offsets.topic.replication.factor': replication,
    'transaction.state.log.num.partitions': 3,
    'transaction.state.log.replication.factor': replication,
    'transaction.state.log.min.isr': minimumInSync,
    'share.coordinator.state.topic.num.partitions': 3,
    'share.coordinator.state.topic.replication.factor': replication,
    'share.coordinator.state.topic.min.isr': minimumInSync,

    // The default of 128 MiB is allocated at the start and would take a third of the heap.
    'log.cleaner.dedupe.buffer.size': 16 * 1024 * 1024,
    'num.network.threads': 2,
    'num.io.threads': 4,
    'background.threads': 2,
  }
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}

const maxMessageBytes = 32 * 1024 * 1024
