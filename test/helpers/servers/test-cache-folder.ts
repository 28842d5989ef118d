import { execFile } from 'node:child_process'
import { mkdir, symlink } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { waitForLock } from '../../../lib/disk/lock.ts'
import { prepareOnce } from '../../../lib/disk/prepare-once.ts'
import { artifacts, cacheFolder } from '../../../local/artifacts.ts'
import { artifactFolder, fetchArtifacts } from '../../../local/fetch-artifacts.ts'

/**
 * The folder with the downloads of the servers. BRIDGE_TEST_KAFKA_VERSION, such as 3.9.1, runs the tests with
 * another version of Kafka, which is downloaded into a folder of its own.
 */
export const testCacheFolder = async (): Promise<string> => {
  const cacheDir = cacheFolder(process.env)
  const version = process.env.BRIDGE_TEST_KAFKA_VERSION
  if (!version) return cacheDir
  await fetchArtifacts(['registry'], { cacheDir, env: process.env, print: () => {} })
  const folder = join(cacheDir, `test-kafka-${version}`)
  const lock = await waitForLock(join(cacheDir, 'lock'), () => {})
  await prepareOnce(folder, async (draft) => {
    const jars = artifactFolder(draft, 'kafka')
    await mkdir(jars, { recursive: true })
    const args = artifacts.kafka
      .mavenArgs(jars)
      .map((arg) => arg.replace(/^(-Dkafka.version=).*/, `$1${version}`))
    await promisify(execFile)('mvn', ['-B', '-q', '--strict-checksums', ...args], { cwd: draft })
    const registry = artifactFolder(cacheDir, 'registry')
    for (const path of [registry, `${registry}.digests.json`])
      await symlink(path, join(draft, basename(path)))
  }).finally(() => lock.release())
  return folder
}
