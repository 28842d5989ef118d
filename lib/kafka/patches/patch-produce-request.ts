import { createRequire } from 'node:module'
import kafkajs from 'kafkajs'
import { encodeProduce, type ProduceToEncode } from '../produce/encode-produce.ts'

type ProduceRequest = (
  request: ProduceToEncode & { transactionalId?: string; producerId?: unknown; compression?: number },
) => {
  encode(): Promise<unknown>
}

const requestModule = 'kafkajs/src/protocol/requests/produce/v3/request'

/**
 * Encodes plain produce requests by `encodeProduce`. kafkajs encodes those that are idempotent, transactional
 * or compressed. kafkajs loads the module with its first produce request, so the patch must be applied before
 * that.
 */
export const patchProduceRequest = (): void => {
  const require = createRequire(import.meta.url)
  const original = require(requestModule) as ProduceRequest & { isPatched?: true }
  const loaded = require.cache[require.resolve(requestModule)]
  if (loaded === undefined || original.isPatched) return
  const patched: ProduceRequest = (request) => {
    if (!isPlain(request)) return original(request)
    return { ...original(request), encode: async () => encodeProduce(request) }
  }
  loaded.exports = Object.assign(patched, { isPatched: true })
}

const isPlain = ({
  transactionalId,
  producerId = -1,
  compression = kafkajs.CompressionTypes.None,
}: Parameters<ProduceRequest>[0]): boolean =>
  transactionalId == null && Number(producerId) === -1 && compression === kafkajs.CompressionTypes.None
