import { access } from 'node:fs/promises'
import { dirname } from 'node:path'

/** The folder, or the nearest one above it that exists. */
export const nearestFolder = async (folder: string): Promise<string> => {
  const parent = dirname(folder)
  const exists = await access(folder).then(
    () => true,
    () => false,
  )
  return exists || parent === folder ? folder : nearestFolder(parent)
}
