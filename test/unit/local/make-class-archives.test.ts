import assert from 'node:assert/strict'
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { archiveIn, classArchiveFolder, findClassArchive } from '../../../local/class-archive.ts'
import { artifactFolder } from '../../../local/fetch-artifacts.ts'
import { archiveProcess, makeClassArchives } from '../../../local/make-class-archives.ts'
import { createChildProcesses } from '../../../local/process/child-processes.ts'
import { eventually } from '../../helpers/process/eventually.ts'
import { temporaryFolder } from '../../helpers/process/temporary-folder.ts'

/** Takes the place of Java: it stores the list as the archive, then runs the script. */
const fakeJava = (script: string) => `#!/bin/sh
for argument; do
  case $argument in
    -XX:SharedClassListFile=*) list=\${argument#*=} ;;
    -XX:SharedArchiveFile=*) archive=\${argument#*=} ;;
  esac
done
cat "$list" > "$archive"
${script}
`

const createStack = async (t: TestContext, script = '') => {
  const folder = await temporaryFolder(t)
  const [path, cacheDir] = [join(folder, 'data'), join(folder, 'cache')]
  const jars = artifactFolder(cacheDir, 'kafka')
  const java = { command: join(folder, 'java'), version: 'openjdk version "17.0.15"' }
  for (const name of [jars, join(path, 'kafka'), join(path, 'logs')]) await mkdir(name, { recursive: true })
  await writeFile(java.command, fakeJava(script))
  await chmod(java.command, 0o755)
  await writeFile(join(path, 'kafka', 'kafka.classes'), 'a/Both id: 0\na/Server id: 1\na/Hal')
  await writeFile(join(path, 'kafka', 'kafka-format.classes'), 'a/Both id: 0\na/Format id: 1\n')
  const childProcesses = await createChildProcesses(join(path, 'run'))
  const stopping = new AbortController()
  const printed: string[] = []
  const make = () =>
    makeClassArchives({
      servers: ['kafka'],
      dataFolder: { path, childProcesses },
      ...{ cacheDir, java, signal: stopping.signal },
      print: (line) => void printed.push(line),
    })
  const stop = async () => {
    stopping.abort()
    await childProcesses.close([{ names: [archiveProcess], graceMs: 0 }])
  }
  return { cacheDir, server: { java, jars }, make, stop, printed }
}

test('the archive has the classes of the server and of the format, each whole and once', async (t) => {
  const { server, make, stop, printed } = await createStack(t)
  await make()
  const archive = await findClassArchive(server)
  assert.deepEqual((await readFile(String(archive), 'utf8')).split('\n').filter(Boolean).sort(), [
    'a/Both',
    'a/Format',
    'a/Server',
  ])
  assert.deepEqual(printed, [])
  await stop()
})

test('a failure leaves nothing, is printed in one line, and the next start tries again', async (t) => {
  const { cacheDir, server, make, stop, printed } = await createStack(t, 'exit 3')
  const before = await readdir(cacheDir)
  await make()
  assert.deepEqual(await readdir(cacheDir), before)
  assert.equal(printed.length, 1)
  assert.match(String(printed[0]), /^no class archive was made.*\(code 3\).*class-archive\.log$/)
  await writeFile(server.java.command, fakeJava(''))
  await make()
  assert.ok(await findClassArchive(server))
  await stop()
})

test('a stop ends the making, and leaves nothing', async (t) => {
  const { cacheDir, server, make, stop, printed } = await createStack(t, 'exec sleep 600')
  const before = await readdir(cacheDir)
  const made = make()
  const draft = `${await classArchiveFolder(server)}.new`
  await eventually(() => readFile(archiveIn(draft)))
  await stop()
  await made
  assert.deepEqual(await readdir(cacheDir), before)
  assert.deepEqual(printed, [])
})

test('two stacks make an archive once, and an archive of other jars is removed', async (t) => {
  const { cacheDir, server, make, stop } = await createStack(t)
  await make()
  const first = await classArchiveFolder(server)
  await writeFile(join(server.jars, 'new.jar'), '')
  await Promise.all([make(), make()])
  const second = await classArchiveFolder(server)
  assert.notEqual(second, first)
  const names = (await readdir(cacheDir)).map((name) => join(cacheDir, name))
  assert.deepEqual(names, [server.jars, second, `${second}.digests.json`])
  await stop()
})
