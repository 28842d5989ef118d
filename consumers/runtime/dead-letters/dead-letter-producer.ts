import { type Kafka, Partitioners, type Producer } from 'kafkajs'

/** The producer of dead letters. It does not retry: the circuit breaker waits and repeats a failed write. */
export const createDeadLetterProducer = (kafka: Kafka): Producer =>
  kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
    retry: { retries: 0 },
  })
