import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmod, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { setPriority, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { env, platform } from 'node:process'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { artifacts, cacheFolder } from '../../local/artifacts.ts'
import { findClassArchive } from '../../local/class-archive.ts'
import { artifactFolder, fetchArtifacts } from '../../local/fetch-artifacts.ts'
import { findJava, type Java } from '../../local/java.ts'
import { startLocalStack } from '../../local/stack.ts'
import { eventually } from '../helpers/process/eventually.ts'

let folder: string
let cacheDir: string
let archive: string
let java: Java
let jars: string

const start = (data: string) =>
  startLocalStack({ dataDir: join(folder, data), cacheDir, env, servers: ['kafka'] })

/** What the processes of Kafka have printed beside its log. */
const printedBy = (data: string) => readFile(join(folder, data, 'logs', 'kafka.log.out'), 'utf8')

before(async () => {
  // The archive is made with the lowest priority, which takes too long beside other tests. A higher priority
  // of this process raises that one too.
  try {
    setPriority(-15)
  } catch {} // Only root may raise a priority. Other users have to wait.
  java = await findJava(env)
  await fetchArtifacts(['kafka'], { cacheDir: cacheFolder(env), env, print: () => {} })
  folder = await mkdtemp(join(tmpdir(), 'bridge, classes '))
  cacheDir = folder
  jars = artifactFolder(cacheDir, 'kafka')
  await symlink(artifactFolder(cacheFolder(env), 'kafka'), jars)
})
after(() => rm(folder, { recursive: true, force: true }))

test('a stop while the archive is made leaves only what was there', async () => {
  const before = await readdir(cacheDir)
  const stack = await start('stopped')
  const isBeingMade = async () => assert.ok((await readdir(cacheDir)).some((name) => name.endsWith('.new')))
  await eventually(isBeingMade)
  await stack.stop()
  assert.deepEqual(await readdir(cacheDir), [...before, 'stopped'].sort())
})

test('the first stack makes an archive that Java accepts', async () => {
  const stack = await start('first')
  try {
    archive = await eventually(async () => {
      const found = await findClassArchive({ java, jars })
      assert.ok(found)
      return found
    }, 540_000)
  } finally {
    await stack.stop()
  }
  const { stdout } = await promisify(execFile)(java.command, [
    // With `on`, Java refuses to start without the archive.
    ...['-Xshare:on', `-XX:SharedArchiveFile=${archive}`, '-XX:+UseSerialGC', '-Xlog:class+load'],
    ...['-cp', artifacts.kafka.classPath(jars), 'kafka.tools.StorageTool', 'random-uuid'],
  ])
  assert.match(stdout, /kafka\.tools\.StorageTool source: shared objects file/)
})

test('the second start maps the archive and prints nothing about it', {
  skip: platform !== 'linux' && 'only Linux has /proc',
}, async () => {
  const stack = await start('second')
  const maps = await readFile(`/proc/${stack.server('kafka').pid}/maps`, 'utf8').finally(stack.stop)
  assert.ok(maps.includes(basename(join(archive, '..'))))
  assert.doesNotMatch(await printedBy('second'), /archive|shared|\[warning\]/i)
})

test('an archive that Java cannot use does not keep Kafka from starting', async () => {
  await chmod(archive, 0o600)
  await rm(`${join(archive, '..')}.digests.json`)
  await writeFile(archive, 'not an archive')
  const stack = await start('third')
  await stack.stop()
  assert.doesNotMatch(await printedBy('third'), /archive|shared|\[warning\]/i)
})
