import assert from 'node:assert/strict'
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { UsageError } from '../../../lib/errors.ts'
import { findJava, javaMajorVersion, requireMaven } from '../../../local/java.ts'
import { temporaryFolder } from '../../helpers/process/temporary-folder.ts'

const namesEverySystem = (error: Error) => {
  assert.ok(error instanceof UsageError)
  for (const system of ['Debian', 'macOS', 'Fedora']) assert.ok(error.message.includes(system), system)
  return true
}

test('the major version is read from what java -version prints', () => {
  const printed = [
    'openjdk version "17.0.15" 2025-04-15',
    'java version "1.8.0_392"',
    'openjdk version "25-ea" 2025-09-16',
  ]
  assert.deepEqual(printed.map(javaMajorVersion), [17, 8, 25])
})

test('if Java is missing, the error says how to install it', async (t) => {
  await assert.rejects(findJava({ PATH: await temporaryFolder(t) }), namesEverySystem)
})

test('if JAVA_HOME contains no Java, the error names it', async (t) => {
  const folder = await temporaryFolder(t)
  await assert.rejects(findJava({ JAVA_HOME: folder }), new RegExp(folder))
})

test('a Java older than 17 is refused', async (t) => {
  const folder = await temporaryFolder(t)
  await writeFile(join(folder, 'java'), '#!/bin/sh\necho \'openjdk version "11.0.2" 2019-01-15\' >&2\n')
  await chmod(join(folder, 'java'), 0o755)
  await assert.rejects(findJava({ PATH: folder }), /but the Java in PATH is 11/)
})

test('if Maven is missing, the error says how to install it', async (t) => {
  await assert.rejects(requireMaven({ PATH: await temporaryFolder(t) }), namesEverySystem)
})
