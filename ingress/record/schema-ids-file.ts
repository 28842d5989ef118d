import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createFolder } from '../../lib/disk/create-folder.ts'
import { writeAtomically } from '../../lib/disk/write-atomically.ts'

/**
 * Subject and digest of a schema → its id. A registry never gives an id to another schema, so ids that were
 * read once stay valid.
 */
export type SchemaIds = Readonly<Record<string, number>>

/** @throws Error if the disk does not take the file */
export const writeSchemaIds = async (file: string, ids: SchemaIds): Promise<void> => {
  await createFolder(dirname(file))
  await writeAtomically(file, JSON.stringify(ids))
}

/** @returns no ids if the file does not exist or is damaged */
export const readSchemaIds = async (file: string): Promise<SchemaIds> => {
  try {
    return (JSON.parse(await readFile(file, 'utf8')) as SchemaIds | null) ?? {}
  } catch {
    return {}
  }
}
