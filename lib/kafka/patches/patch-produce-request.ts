import kafkajs from 'kafkajs'
import { encodeProduce, type ProduceToEncode } from '../produce/encode-produce.ts'
import { replaceExports } from './replace-exports.ts'

type ProduceRequest = (
  request: ProduceToEncode & { transactionalId?: string; producerId?: unknown; compression?: number },
) => {
  encode(): Promise<unknown>
}

/**
 * Encodes plain produce requests by `encodeProduce`. kafkajs encodes those that are idempotent, transactional
 * or compressed.
 */
export const patchProduceRequest = (): void =>
  replaceExports<ProduceRequest>(
    'kafkajs/src/protocol/requests/produce/v3/request',
    (original) => (request) =>
      isPlain(request)
        ? { ...original(request), encode: async () => encodeProduce(request) }
        : original(request),
  )

const isPlain = ({
  transactionalId,
  producerId = -1,
  compression = kafkajs.CompressionTypes.None,
}: Parameters<ProduceRequest>[0]): boolean =>
  transactionalId == null && Number(producerId) === -1 && compression === kafkajs.CompressionTypes.None
