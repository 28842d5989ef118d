import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Environment } from '../lib/config.ts'
import { UsageError } from '../lib/errors.ts'

const run = promisify(execFile)
const lowest = 17

const howToGet =
  'Debian and Ubuntu: sudo apt-get install openjdk-17-jre-headless maven; macOS: brew install openjdk@21 maven (and follow what brew says about PATH); Fedora: sudo dnf install java-21-openjdk-headless maven'

/**
 * The Java to run Kafka and the registry with: that of JAVA_HOME, else the one in PATH.
 *
 * @throws UsageError saying how to get one when there is none, or it is older than 17
 */
export const findJava = async (env: Environment): Promise<string> => {
  const java = env.JAVA_HOME ? join(env.JAVA_HOME, 'bin', 'java') : 'java'
  const found = env.JAVA_HOME ? `the Java of JAVA_HOME (${env.JAVA_HOME})` : 'the Java in PATH'
  const printed = await run(java, ['-version'], { env: env as NodeJS.ProcessEnv }).catch(() => undefined)
  if (printed === undefined) {
    const problem = env.JAVA_HOME ? `there is no program ${java} (see JAVA_HOME)` : 'it is not in PATH'
    throw new UsageError(
      `Java ${lowest} or later is needed to run Kafka and the schema registry, and ${problem}. ${howToGet}.`,
    )
  }
  const version = javaMajorVersion(printed.stderr)
  if (version >= lowest) return java
  throw new UsageError(
    `Java ${lowest} or later is needed to run Kafka and the schema registry, but ${found} is ${version}. ${howToGet}.`,
  )
}

/** `17.0.15` → 17, `1.8.0_392` → 8, `25-ea` → 25; what cannot be read counts as new. */
export const javaMajorVersion = (printed: string): number => {
  const [, first = '', second = ''] = /version "(\d+)(?:\.(\d+))?/.exec(printed) ?? []
  if (first === '') return Number.POSITIVE_INFINITY
  return Number(first === '1' ? second : first)
}

/** @throws UsageError saying how to get it when Maven is missing */
export const requireMaven = async (env: Environment): Promise<void> => {
  const answer = await run('mvn', ['--version'], { env: env as NodeJS.ProcessEnv }).catch(
    (error: NodeJS.ErrnoException) => error,
  )
  if (!('code' in answer) || answer.code === undefined) return
  throw new UsageError(
    `Maven (mvn) is needed once, to download Kafka and the schema registry, and it is not in PATH. ${howToGet}.`,
  )
}
