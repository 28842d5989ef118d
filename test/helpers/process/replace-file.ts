import { rename, writeFile } from 'node:fs/promises'

/** Replaces a file in one step, so that no reader ever finds a part of it. */
export const replaceFile = async (file: string, text: string): Promise<void> => {
  await writeFile(`${file}.new`, text)
  await rename(`${file}.new`, file)
}
