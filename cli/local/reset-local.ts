import { createInterface } from 'node:readline/promises'
import { UsageError } from '../../lib/errors.ts'
import { resetDataFolder } from '../../local/reset.ts'

/** Whether to delete the data in this folder. */
type Confirm = (folder: string) => Promise<boolean>

/**
 * Deletes the data of the local stack, and prints what was done.
 *
 * @throws UsageError while the stack is running
 */
export const resetLocal = async (dataDir: string, confirm: Confirm): Promise<void> =>
  console.log(await resetDataFolder(dataDir, confirm))

export const deleteWithoutAsking: Confirm = async () => true

/** @throws UsageError if the process has no terminal */
export const askInTerminal = (): Confirm => {
  if (!process.stdin.isTTY)
    throw new UsageError(
      'bridge local --reset asks before it deletes the data, but there is no terminal. ' +
        'Add --yes to delete without asking.',
    )
  return async (folder) => {
    const terminal = createInterface({ input: process.stdin, output: process.stdout })
    const question = `Delete all data in ${folder}: topics, schemas, database and logs? [y/N] `
    const answer = await terminal.question(question)
    terminal.close()
    return /^y(es)?$/i.test(answer.trim())
  }
}
