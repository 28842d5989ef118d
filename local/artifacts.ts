import { homedir } from 'node:os'
import { join } from 'node:path'
import { platform } from 'node:process'
import { fileURLToPath } from 'node:url'
import type { Environment } from '../lib/config.ts'

/** The parts that come from Maven Central. */
export type ArtifactName = 'kafka' | 'registry'

/** A program of Maven Central: what to call it, where it goes in the cache, how Maven is asked for it. */
interface Artifact {
  title: string
  folder: string
  /** Arguments after `mvn`. */
  fetchInto(folder: string): string[]
}

const kafkaVersion = '4.3.1'
const log4jVersion = '2.25.4'
const registryVersion = '3.0.9' // 3.1 and later need Java 21
// 2.8 on purpose: later ones insist on the artifact's parent POM, which is not published.
const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:2.8'
const pom = fileURLToPath(new URL('kafka/kafka-pom.xml', import.meta.url))

export const artifacts: Readonly<Record<ArtifactName, Artifact>> = {
  kafka: {
    title: `Apache Kafka ${kafkaVersion} (44 MB)`,
    folder: `kafka-${kafkaVersion}`,
    fetchInto: (folder) => [
      ...['-f', pom, `-Dkafka.version=${kafkaVersion}`, `-Dlog4j.version=${log4jVersion}`],
      ...[`${plugin}:copy-dependencies`, '-DincludeScope=runtime', `-DoutputDirectory=${folder}`],
    ],
  },
  registry: {
    title: `Apicurio Registry ${registryVersion} (109 MB)`,
    folder: `apicurio-registry-${registryVersion}`,
    fetchInto: (folder) => [
      `${plugin}:unpack`,
      `-Dartifact=io.apicurio:apicurio-registry-app:${registryVersion}:tar.gz:all`,
      `-DoutputDirectory=${folder}`,
    ],
  },
}

/** Where downloads are kept: BRIDGE_CACHE_DIR, else a folder of ours in the user's cache folder. */
export const cacheFolder = (env: Environment): string => {
  if (env.BRIDGE_CACHE_DIR) return env.BRIDGE_CACHE_DIR
  const home =
    platform === 'darwin'
      ? join(homedir(), 'Library', 'Caches')
      : env.XDG_CACHE_HOME || join(homedir(), '.cache')
  return join(home, 'gitlab-kafka-bridge')
}

/** The parts that this environment does not bring along. */
export const neededArtifacts = (env: Environment): ArtifactName[] => [
  ...(env.KAFKA_BROKERS ? [] : (['kafka'] as const)),
  ...(env.SCHEMA_REGISTRY_URL ? [] : (['registry'] as const)),
]
