import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isSchemaId } from '../../lib/avro/registry.ts'
import { createFolder } from '../../lib/disk/create-folder.ts'
import { writeAtomically } from '../../lib/disk/write-atomically.ts'

/**
 * Subject and digest of a schema → its id. A registry never gives an id to another schema, so ids that were
 * read once stay valid.
 */
export type SchemaIds = Readonly<Record<string, number>>

/** The file that keeps the ids for starts without the registry. */
export const schemaIdsFileOf = ({ BRIDGE_DATA_DIR }: { BRIDGE_DATA_DIR: string }): string =>
  join(BRIDGE_DATA_DIR, 'schema-ids.json')

/** @throws Error if the disk does not take the file */
export const writeSchemaIds = async (file: string, ids: SchemaIds): Promise<void> => {
  await createFolder(dirname(file))
  await writeAtomically(file, JSON.stringify(ids))
}

/** @returns no ids if the file does not exist or is damaged */
export const readSchemaIds = async (file: string): Promise<SchemaIds> => {
  try {
    const ids: unknown = JSON.parse(await readFile(file, 'utf8'))
    return Object.fromEntries(Object.entries(ids ?? {}).filter(([, id]) => isSchemaId(id)))
  } catch {
    return {}
  }
}
