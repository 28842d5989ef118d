import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

/**
 * A folder that is removed after the test. Its name contains a space, because a user's path may contain one.
 */
export const temporaryFolder = async (t: TestContext): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'bridge local '))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}
