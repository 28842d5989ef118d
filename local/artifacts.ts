import { homedir } from 'node:os'
import { join } from 'node:path'
import { platform } from 'node:process'
import { fileURLToPath } from 'node:url'
import type { Environment } from '../lib/config.ts'

/** The servers that are downloaded from Maven Central. */
export type ArtifactName = 'kafka' | 'registry'

interface Artifact {
  /** Name, version and download size, for messages. */
  title: string
  /** Its folder inside the cache folder. */
  folder: string
  /** The arguments of `mvn` that download it into a folder. */
  mavenArgs(folder: string): string[]
  /** The class path of the server, with `folder` as the folder of its jars. */
  classPath(folder: string): string
}

const kafkaVersion = '4.3.1'
const log4jVersion = '2.25.4'
// Version 3.1 and later need Java 21.
const registryVersion = '3.0.9'
// Versions after 2.8 need the parent POM of the artifact, which is not published.
const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:2.8'
const pom = fileURLToPath(new URL('kafka/kafka-pom.xml', import.meta.url))

export const artifacts: Readonly<Record<ArtifactName, Artifact>> = {
  kafka: {
    title: `Apache Kafka ${kafkaVersion} (44 MB)`,
    folder: `kafka-${kafkaVersion}`,
    mavenArgs: (folder) => [
      ...['-f', pom, `-Dkafka.version=${kafkaVersion}`, `-Dlog4j.version=${log4jVersion}`],
      ...[`${plugin}:copy-dependencies`, '-DincludeScope=runtime', `-DoutputDirectory=${folder}`],
    ],
    classPath: (folder) => join(folder, '*'),
  },
  registry: {
    title: `Apicurio Registry ${registryVersion} (109 MB)`,
    folder: `apicurio-registry-${registryVersion}`,
    mavenArgs: (folder) => [
      `${plugin}:unpack`,
      `-Dartifact=io.apicurio:apicurio-registry-app:${registryVersion}:tar.gz:all`,
      `-DoutputDirectory=${folder}`,
    ],
    classPath: (folder) =>
      [join(folder, `apicurio-registry-app-${registryVersion}-runner.jar`), join(folder, 'lib', '*')].join(
        ':',
      ),
  },
}

/** The folder for downloads: BRIDGE_CACHE_DIR, or else a folder in the user's cache folder. */
export const cacheFolder = (env: Environment): string => {
  if (env.BRIDGE_CACHE_DIR) return env.BRIDGE_CACHE_DIR
  const home =
    platform === 'darwin'
      ? join(homedir(), 'Library', 'Caches')
      : env.XDG_CACHE_HOME || join(homedir(), '.cache')
  return join(home, 'gitlab-kafka-bridge')
}

/** The servers that must be downloaded, because the environment does not name servers of the user. */
export const neededArtifacts = (env: Environment): ArtifactName[] => {
  const needed: ArtifactName[] = []
  if (!env.KAFKA_BROKERS) needed.push('kafka')
  if (!env.SCHEMA_REGISTRY_URL) needed.push('registry')
  return needed
}
