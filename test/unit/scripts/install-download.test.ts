import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { artifacts } from '../../../local/artifacts.ts'
import { createFakeMaven, storeJar, writeProgram } from '../../helpers/process/fake-maven.ts'
import { temporaryFolder } from '../../helpers/process/temporary-folder.ts'

const script = fileURLToPath(new URL('../../../scripts/install.mjs', import.meta.url))

/**
 * Runs the download of the script with a Java and a Maven that do nothing else.
 *
 * @param mavenScript what Maven does, in the language of the shell
 */
const download = async (t: TestContext, scope: 'all' | 'missing', mavenScript: string, env = {}) => {
  const folder = await temporaryFolder(t)
  const cache = join(folder, 'cache')
  const maven = await createFakeMaven(folder, mavenScript)
  await writeProgram(folder, 'java', `echo 'openjdk version "21.0.2"' >&2`)
  const run = () =>
    new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) =>
      execFile(
        process.execPath,
        [script, '--fetch', scope],
        { env: { ...maven.env, BRIDGE_CACHE_DIR: cache, ...env } },
        (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr }),
      ),
    )
  return { run, calls: maven.calls, cached: () => readdir(cache) }
}

const announced = (name: keyof typeof artifacts) =>
  `downloading ${artifacts[name].title} from Maven Central …\n`

test('the script says what it downloads, and downloads it once', async (t) => {
  const { run, calls, cached } = await download(t, 'all', storeJar, { KAFKA_BROKERS: 'kafka:9092' })
  assert.deepEqual(await run(), {
    code: 0,
    stdout: announced('kafka') + announced('registry'),
    stderr: '',
  })
  for (const { folder } of Object.values(artifacts)) assert.ok((await cached()).includes(folder))
  assert.deepEqual(await run(), { code: 0, stdout: '', stderr: '' })
  assert.equal(await calls(), 2)
})

test('servers of the user are not downloaded for `npm start`', async (t) => {
  const { run } = await download(t, 'missing', storeJar, { KAFKA_BROKERS: 'kafka:9092' })
  assert.deepEqual(await run(), { code: 0, stdout: announced('registry'), stderr: '' })
})

test('a download that fails ends the script with the reason and without a stack', async (t) => {
  const { run } = await download(t, 'all', 'echo "[ERROR] no such host"; exit 1')
  const { code, stderr } = await run()
  assert.equal(code, 1)
  assert.match(stderr, /^Apache Kafka .* could not be downloaded\. .* mvn reports: no such host\n$/)
})
