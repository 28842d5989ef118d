import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { UsageError } from '../../../lib/errors.ts'
import { artifactFolder, fetchArtifacts } from '../../../local/fetch-artifacts.ts'
import { createFakeMaven, storeJar } from '../../helpers/process/fake-maven.ts'
import { temporaryFolder } from '../../helpers/process/temporary-folder.ts'

test('each server is downloaded once, with one line, and reused afterwards', async (t) => {
  const folder = await temporaryFolder(t)
  const { env, calls } = await createFakeMaven(folder, storeJar)
  const printed: string[] = []
  const fetchAll = () =>
    fetchArtifacts(['kafka', 'registry'], {
      cacheDir: join(folder, 'cache'),
      env,
      print: (line) => printed.push(line),
    })
  await fetchAll()
  await fetchAll()
  assert.equal(await calls(), 2)
  assert.deepEqual(
    printed.map((line) => line.split(' ').slice(0, 2).join(' ')),
    ['downloading Apache', 'downloading Apicurio'],
  )
  assert.deepEqual(await readdir(artifactFolder(join(folder, 'cache'), 'kafka')), ['a.jar'])
})

test('the files of an interrupted download do not count as a download', async (t) => {
  const folder = await temporaryFolder(t)
  const { env } = await createFakeMaven(folder, storeJar)
  const cacheDir = join(folder, 'cache')
  await mkdir(`${artifactFolder(cacheDir, 'kafka')}.new`, { recursive: true })
  await writeFile(join(`${artifactFolder(cacheDir, 'kafka')}.new`, 'half.jar'), '')
  await fetchArtifacts(['kafka'], { cacheDir, env, print: () => {} })
  assert.deepEqual(await readdir(artifactFolder(cacheDir, 'kafka')), ['a.jar'])
})

test('a failed download leaves no folder, and the error names the reason from Maven', async (t) => {
  const folder = await temporaryFolder(t)
  const { env } = await createFakeMaven(folder, 'mkdir -p "$folder"; echo "[ERROR] no such host"; exit 1')
  const cacheDir = join(folder, 'cache')
  await assert.rejects(fetchArtifacts(['kafka'], { cacheDir, env, print: () => {} }), (error: Error) => {
    assert.ok(error instanceof UsageError)
    assert.match(error.message, /^Apache Kafka .* could not be downloaded\. .* mvn reports: no such host$/)
    return true
  })
  assert.deepEqual(
    (await readdir(cacheDir)).filter((name) => !name.endsWith('.new')),
    [],
  )
})

test('two processes at the same time download once', async (t) => {
  const folder = await temporaryFolder(t)
  const { env, calls } = await createFakeMaven(folder, storeJar)
  const fetchKafka = () =>
    fetchArtifacts(['kafka'], { cacheDir: join(folder, 'cache'), env, print: () => {} })
  await Promise.all([fetchKafka(), fetchKafka()])
  assert.equal(await calls(), 1)
})

test('a file that was truncated or changed in the cache is noticed, and fetched again', async (t) => {
  const folder = await temporaryFolder(t)
  const { env, calls } = await createFakeMaven(folder, storeJar)
  const cacheDir = join(folder, 'cache')
  const printed: string[] = []
  const fetchKafka = () =>
    fetchArtifacts(['kafka'], { cacheDir, env, print: (line) => void printed.push(line) })
  const jar = join(artifactFolder(cacheDir, 'kafka'), 'a.jar')
  await fetchKafka()
  for (const [index, content] of ['ja', 'raj\n'].entries()) {
    await writeFile(jar, content)
    await fetchKafka()
    assert.equal(await readFile(jar, 'utf8'), 'jar\n')
    assert.equal(await calls(), index + 2)
  }
  await rm(jar)
  await fetchKafka()
  assert.equal(await calls(), 4)
  assert.equal(printed.filter((line) => line.includes(`is damaged (${jar})`)).length, 3)
  await utimes(jar, 1, 1)
  await fetchKafka()
  assert.equal(await calls(), 4)
})

test('in a cache without records, a jar without its end is noticed', async (t) => {
  const folder = await temporaryFolder(t)
  const { env, calls } = await createFakeMaven(folder, storeJar)
  const cacheDir = join(folder, 'cache')
  const kafka = artifactFolder(cacheDir, 'kafka')
  await mkdir(kafka, { recursive: true })
  await writeFile(join(kafka, 'whole.jar'), 'PK\x05\x06 and a comment')
  const fetchKafka = () => fetchArtifacts(['kafka'], { cacheDir, env, print: () => {} })
  await fetchKafka()
  assert.equal(await calls(), 0)
  await writeFile(join(kafka, 'half.jar'), 'PK\x03\x04')
  await fetchKafka()
  assert.deepEqual(await readdir(kafka), ['a.jar'])
})
