import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Environment } from '../lib/config.ts'
import { UsageError } from '../lib/errors.ts'

const run = promisify(execFile)
const lowestVersion = 17

const howToInstall =
  'Debian and Ubuntu: sudo apt-get install openjdk-17-jre-headless maven; ' +
  'macOS: brew install openjdk@21 maven (and follow what brew says about PATH); ' +
  'Fedora: sudo dnf install java-21-openjdk-headless maven'

/** A Java that can run the servers. */
export interface Java {
  /** Path of the Java executable. */
  command: string
  /** What `java -version` prints. */
  version: string
}

/** What stands for Java where no server needs it. */
export const noJava: Java = { command: 'java', version: '' }

const need = `Java ${lowestVersion} or later is needed to run Kafka and the schema registry`

/**
 * Finds the Java that runs Kafka and the registry: that of JAVA_HOME if it is set, else the one in PATH.
 *
 * @throws UsageError saying how to install Java if there is none or if it is older than 17
 */
export const findJava = async (env: Environment): Promise<Java> => {
  const { JAVA_HOME } = env
  const java = JAVA_HOME ? join(JAVA_HOME, 'bin', 'java') : 'java'
  const printed = await run(java, ['-version'], { env: env as NodeJS.ProcessEnv }).catch(() => undefined)
  if (printed === undefined) {
    const problem = JAVA_HOME ? `JAVA_HOME is set, but there is no program ${java}` : 'it is not in PATH'
    throw new UsageError(`${need}, and ${problem}. ${howToInstall}.`)
  }
  const version = javaMajorVersion(printed.stderr)
  if (version >= lowestVersion) return { command: java, version: printed.stderr }
  const found = JAVA_HOME ? `the Java of JAVA_HOME (${JAVA_HOME})` : 'the Java in PATH'
  throw new UsageError(`${need}, but ${found} is ${version}. ${howToInstall}.`)
}

/** `17.0.15` → 17, `1.8.0_392` → 8, `25-ea` → 25. A version in an unknown form counts as new enough. */
export const javaMajorVersion = (printed: string): number => {
  const [, first = '', second = ''] = /version "(\d+)(?:\.(\d+))?/.exec(printed) ?? []
  if (first === '') return Number.POSITIVE_INFINITY
  return Number(first === '1' ? second : first)
}

/** @throws UsageError saying how to install Maven if it is missing */
export const requireMaven = async (env: Environment): Promise<void> => {
  const result = await run('mvn', ['--version'], { env: env as NodeJS.ProcessEnv }).catch(
    (error: NodeJS.ErrnoException) => error,
  )
  if (!('code' in result) || result.code === undefined) return
  throw new UsageError(
    'Maven (mvn) is needed once, to download Kafka and the schema registry, and it is not in PATH. ' +
      `${howToInstall}.`,
  )
}
