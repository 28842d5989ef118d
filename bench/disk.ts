// `npm run bench:disk` measures how many bytes one hook needs on the disk of a broker, and in the spool.
//   --hooks      how many hooks of an invented company are published for each compression
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { hooksOf } from '../cli/simulate/simulate.ts'
import { cacheFolder } from '../local/artifacts.ts'
import { startLocalStack } from '../local/stack.ts'
import { bridgeEnvironment, startBridge } from '../test/helpers/process/bridge-process.ts'

const { values } = parseArgs({ options: { hooks: { type: 'string', default: '3000' } } })
const seed = 'disk'
const rate = 1000

/** Bytes of the segments below a folder whose path has this text. */
const segmentBytes = async (folder: string, text: string): Promise<number> => {
  const files = await readdir(folder, { recursive: true })
  const segments = files.filter((file) => file.includes(text) && /\.(log|segment)$/.test(file))
  const sizes = await Promise.all(segments.map(async (file) => (await stat(join(folder, file))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}

const dataDir = await mkdtemp(join(tmpdir(), 'bridge-bench-'))
const stack = await startLocalStack({
  dataDir: join(dataDir, 'stack'),
  cacheDir: cacheFolder(process.env),
  env: process.env,
  servers: ['kafka', 'registry'],
  compilation: 'thorough',
})

const publish = async (compression: string): Promise<number> => {
  const folder = await mkdtemp(join(dataDir, 'ingress-'))
  const prefix = `${compression}.`
  const env = {
    ...bridgeEnvironment(folder),
    KAFKA_BROKERS: stack.kafkaBrokers,
    SCHEMA_REGISTRY_URL: stack.schemaRegistryUrl,
    KAFKA_TOPIC_PREFIX: prefix,
    KAFKA_TOPIC_PARTITIONS: '1',
    KAFKA_COMPRESSION_TYPE: compression,
    INGRESS_SECRET_TOKENS: 'a-token-of-the-benchmark',
  }
  const setup = await startBridge(['setup'], env, folder)
  await setup.exited
  const ingress = await startBridge(['ingress'], env, folder)
  const { hookUrl } = await ingress.ready()
  const target = ['--target', String(hookUrl), '--count', values.hooks, '--rate', String(rate)]
  const sender = await startBridge(['simulate', '--seed', seed, ...target], env, folder)
  await sender.exited
  await ingress.stop(30_000)
  return segmentBytes(join(dataDir, 'stack'), `${prefix}gitlab.`)
}

try {
  const count = Number(values.hooks)
  const bodies = [...hooksOf({ seed, begin: Date.now(), rate, count })].map(({ body }) =>
    Buffer.byteLength(JSON.stringify(body)),
  )
  const mean = bodies.reduce((sum, bytes) => sum + bytes, 0) / count
  console.log(`body: ${Math.round(mean)} bytes on average`)
  for (const compression of ['uncompressed', 'gzip', 'zstd'])
    console.log(`${compression}: ${Math.round((await publish(compression)) / count)} bytes for each hook`)
} finally {
  await stack.stop()
  await rm(dataDir, { recursive: true, force: true })
}
process.exit()
