import assert from 'node:assert/strict'
import { mkdir, rename, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { archiveIn, classArchiveFolder, classFlags, findClassArchive } from '../../../local/class-archive.ts'
import { recordDigests } from '../../../local/verify-artifact.ts'
import { temporaryFolder } from '../../helpers/process/temporary-folder.ts'

const java = { command: 'java', version: 'openjdk version "17.0.15" 2025-04-15\n(build 17.0.15+6)\n' }

const storeJars = async (t: TestContext) => {
  const jars = join(await temporaryFolder(t), 'kafka-1.0')
  await mkdir(join(jars, 'lib'), { recursive: true })
  for (const name of ['a.jar', 'b.jar', join('lib', 'c.jar')]) await writeFile(join(jars, name), name)
  return { java, jars }
}

const storeArchive = async (folder: string) => {
  await mkdir(folder)
  await writeFile(archiveIn(folder), 'archive')
}

test('the archive is beside the jars, and its name has the version of Java', async (t) => {
  const server = await storeJars(t)
  const folder = await classArchiveFolder(server)
  assert.match(folder, /\/kafka-1\.0\.classes-17\.0\.15-[0-9a-f]{12}$/)
  assert.equal(await classArchiveFolder(server), folder)
})

test('another build of Java, a changed jar and a moved jar need another archive', async (t) => {
  const server = await storeJars(t)
  const newer = { ...server, java: { ...java, version: java.version.replace('+6', '+7') } }
  const folders = [await classArchiveFolder(server), await classArchiveFolder(newer)]
  await utimes(join(server.jars, 'lib', 'c.jar'), 1, 1)
  folders.push(await classArchiveFolder(server))
  await rename(join(server.jars, 'a.jar'), join(server.jars, 'z.jar'))
  folders.push(await classArchiveFolder(server))
  await rename(server.jars, `${server.jars}-moved`)
  folders.push(await classArchiveFolder({ java, jars: `${server.jars}-moved` }))
  assert.equal(new Set(folders).size, 5)
})

test('without an archive Java lists the classes, and with one it maps it', async (t) => {
  const server = await storeJars(t)
  assert.ok((await classFlags(server, 'kafka')).includes('-XX:DumpLoadedClassList=kafka.classes'))
  const folder = await classArchiveFolder(server)
  await storeArchive(folder)
  const flags = await classFlags(server, 'kafka')
  assert.ok(flags.includes(`-XX:SharedArchiveFile=${archiveIn(folder)}`))
  assert.ok(!flags.some((flag) => flag.includes('DumpLoadedClassList')))
})

test('a draft and a damaged archive are not used', async (t) => {
  const server = await storeJars(t)
  const folder = await classArchiveFolder(server)
  await storeArchive(`${folder}.new`)
  assert.equal(await findClassArchive(server), undefined)
  await storeArchive(folder)
  await recordDigests(folder)
  assert.equal(await findClassArchive(server), archiveIn(folder))
  await writeFile(archiveIn(folder), 'arch')
  assert.equal(await findClassArchive(server), undefined)
})
