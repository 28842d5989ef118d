import { execFile } from 'node:child_process'
import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { waitForLock } from '../../../lib/disk/lock.ts'
import { exists, prepareOnce } from '../../../lib/disk/prepare-once.ts'
import { cacheFolder } from '../../../local/artifacts.ts'
import { artifactFolder } from '../../../local/fetch-artifacts.ts'
import { findJava } from '../../../local/java.ts'
import type { Stack } from '../servers/stack.ts'

const run = promisify(execFile)
const avroVersion = '1.12.2'
const ecjVersion = '3.46.100'
const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:2.8'
const path = (name: string) => fileURLToPath(new URL(`../../integration/java/${name}`, import.meta.url))

/**
 * Runs java/Reader.java on topics; resolves to the object that it prints for each record.
 *
 * @param folder for its classes
 */
export const readWithJava = async (
  stack: Stack,
  topics: readonly string[],
  folder: string,
): Promise<unknown[]> => {
  const cacheDir = cacheFolder(process.env)
  const jars = [artifactFolder(cacheDir, 'kafka'), await fetchReaderJars(cacheDir)]
  const [java = '', ...args] = await compileJava(path('Reader.java'), jars, folder)
  const { stdout } = await run(java, [...args, stack.kafkaBrokers, stack.schemaRegistryUrl, ...topics], {
    maxBuffer: 256 * 1024 * 1024,
  })
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
}

/**
 * Compiles an example for readers, with the dependencies of its own pom.xml.
 *
 * @returns the command that runs it
 */
export const compileExample = async (source: string, pom: string, folder: string): Promise<string[]> => {
  const name = `test-example-${hash('sha256', readFileSync(pom)).slice(0, 12)}`
  return compileJava(source, [await fetchJars(cacheFolder(process.env), name, pom)], folder)
}

/**
 * Compiles one source file with the compiler that is among the reader's jars.
 *
 * @returns the command that runs it, without the arguments of the program
 */
const compileJava = async (source: string, jars: readonly string[], folder: string): Promise<string[]> => {
  const { command: java } = await findJava(process.env)
  const compiler = join(await fetchReaderJars(cacheFolder(process.env)), `ecj-${ecjVersion}.jar`)
  const classpath = jars.map((jar) => join(jar, '*')).join(':')
  const quick = ['-Xmx256m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC']
  const compile = [
    '-17',
    '-nowarn',
    '-proc:none',
    '-classpath',
    await expanded(classpath),
    '-d',
    folder,
    source,
  ]
  await run(java, [...quick, '-jar', compiler, ...compile])
  return [java, ...quick, '-cp', `${folder}:${classpath}`, basename(source, '.java')]
}

const fetchReaderJars = (cacheDir: string): Promise<string> => {
  const versions = [`-Davro.version=${avroVersion}`, `-Decj.version=${ecjVersion}`]
  return fetchJars(cacheDir, `test-reader-avro-${avroVersion}-ecj-${ecjVersion}`, path('pom.xml'), versions)
}

const fetchJars = async (
  cacheDir: string,
  name: string,
  pom: string,
  versions: readonly string[] = [],
): Promise<string> => {
  const folder = join(cacheDir, name)
  if (await exists(folder)) return folder
  await mkdir(cacheDir, { recursive: true })
  const lock = await waitForLock(join(cacheDir, 'lock'), () => {})
  const mvn = ['-B', '-q', '-f', pom, ...versions, `${plugin}:copy-dependencies`, '-DincludeScope=runtime']
  try {
    await prepareOnce(
      folder,
      async (draft) => void (await run('mvn', [...mvn, `-DoutputDirectory=${draft}`], { cwd: draft })),
    )
  } finally {
    await lock.release()
  }
  return folder
}

/** Unlike java, the compiler does not understand `*` in a class path. */
const expanded = async (classpath: string): Promise<string> => {
  const { globSync } = await import('node:fs')
  return classpath
    .split(':')
    .flatMap((part) => globSync(`${part}.jar`))
    .join(':')
}
