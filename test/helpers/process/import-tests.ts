import { globSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'

/**
 * Imports unit tests, so that they run in this process: a process for each file takes more CPU time than
 * most of the tests. Files named `*.isolated.test.ts` are left out, because they change Node itself, for
 * example its timers.
 *
 * @param patterns such as `test/unit/cli/**`, from the working directory
 */
export const importTests = (...patterns: readonly string[]): void => {
  const files = globSync(patterns.map((pattern) => `${pattern}/*.test.ts`))
    .filter((file) => !file.endsWith('.isolated.test.ts'))
    .sort()
  const imported = importInOrder(files)
  // The runner ends when it has no test left. This one keeps it from ending before all files are imported.
  test(`${files.length} files with tests of ${patterns.join(', ')} are imported`, () => imported)
}

const importInOrder = async (files: readonly string[]): Promise<void> => {
  for (const file of files) await import(pathToFileURL(join(process.cwd(), file)).href)
}
