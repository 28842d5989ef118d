import { type Kafka, Partitioners, type Producer } from 'kafkajs'

/**
 * The producer of dead letters. It sends once: the circuit breaker repeats a failed write, and heartbeats go
 * on meanwhile.
 */
export const createDeadLetterProducer = (kafka: Kafka): Producer =>
  kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
    retry: { retries: 0 },
  })
