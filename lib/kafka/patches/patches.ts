import { addZstd } from './add-zstd.ts'
import { patchConnectionPool } from './patch-connection-pool.ts'
import { patchEncoder } from './patch-encoder.ts'
import { patchGroupJoin } from './patch-group-join.ts'
import { patchMetadataRequest } from './patch-metadata-request.ts'
import { patchProduceRequest } from './patch-produce-request.ts'
import { patchReauthentication } from './patch-reauthentication.ts'
import { patchRequestQueue } from './patch-request-queue.ts'
import { patchSharedJoin } from './patch-shared-join.ts'

/** A change to kafkajs at run time. */
interface Patch {
  name: string
  /** What is wrong with kafkajs 2.2.4, and what it costs. */
  defect: string
  link: string
  /** May be called more than once. */
  apply(): void
}

/** Every change that we make to kafkajs 2.2.4, which has had no release since 2023. */
export const patches: readonly Patch[] = [
  {
    name: 'request queue',
    defect:
      'Every connection starts a timer of 1 ms again and again. That takes 4.5 % of a core while idle, ' +
      'and Node 24 prints a warning. A pause that a broker asks for lasts longer if the clock is set back.',
    link: 'https://github.com/tulios/kafkajs/issues/1704',
    apply: patchRequestQueue,
  },
  {
    name: 'produce request',
    defect:
      'Each record is copied through eight buffers, each header through one more, and the checksum is ' +
      'computed byte by byte. A record of 2.7 kB takes about 30 µs of CPU time; ' +
      'our encoder takes about 4 µs.',
    link: 'https://github.com/tulios/kafkajs/blob/v2.2.4/src/protocol/recordBatch/v0/index.js',
    apply: patchProduceRequest,
  },
  {
    name: 'metadata request',
    defect:
      'A client that has no topics yet asks for those of the whole cluster whenever it connects or ' +
      'refreshes. On a large cluster that is slow, and it fails if any topic has no leader.',
    link: 'https://github.com/tulios/kafkajs/blob/v2.2.4/src/protocol/requests/metadata/v4/request.js',
    apply: patchMetadataRequest,
  },
  {
    name: 'encoder',
    defect:
      'A whole request is copied twice, each time into a buffer of the next power of two, to put about ' +
      '30 bytes before it.',
    link: 'https://github.com/tulios/kafkajs/blob/v2.2.4/src/protocol/encoder.js',
    apply: patchEncoder,
  },
  {
    name: 'group join',
    defect:
      'When the connection is lost while a client joins its group, it forgets its member id and joins ' +
      'as another member. The group then waits for the first one until its session ends.',
    link: 'https://github.com/tulios/kafkajs/blob/v2.2.4/src/broker/index.js',
    apply: patchGroupJoin,
  },
  {
    name: 'shared join',
    defect:
      'When leaders move, the client joins its group once for each broker from which it fetches, each time ' +
      'as the same member. While the group waits for another member, the coordinator answers only the last ' +
      'join. The others wait for 65 s, in which the client fetches nothing from their brokers.',
    link: 'https://github.com/tulios/kafkajs/blob/v2.2.4/src/consumer/consumerGroup.js',
    apply: patchSharedJoin,
  },
  {
    name: 'connection pool',
    defect:
      'Two requests that begin while a connection is being opened open two of them. The first one stays ' +
      'open until the process ends.',
    link: 'https://github.com/tulios/kafkajs/blob/v2.2.4/src/network/connectionPool.js',
    apply: patchConnectionPool,
  },
  {
    name: 'reauthentication',
    defect:
      'Sessions of less than eleven seconds fail, a request between the two requests of a login closes the ' +
      'connection, and a refused renewal of the session ends the client.',
    link: 'https://github.com/tulios/kafkajs/blob/v2.2.4/src/network/connection.js',
    apply: patchReauthentication,
  },
  {
    name: 'zstd',
    defect: 'The client decompresses gzip only, but topics may be compressed with zstd.',
    link: 'https://kafka.js.org/docs/producing#compression',
    apply: addZstd,
  },
]

export const applyPatches = (): void => {
  for (const { apply } of patches) apply()
}
