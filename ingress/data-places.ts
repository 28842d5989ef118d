import { join } from 'node:path'

/** The settings that say where the ingress keeps its files. */
export interface PlaceSettings {
  BRIDGE_DATA_DIR: string
  INGRESS_SPOOL_DIR?: string | undefined
}

/** The folder of the spool. */
export const spoolFolderOf = ({ BRIDGE_DATA_DIR, INGRESS_SPOOL_DIR }: PlaceSettings): string =>
  INGRESS_SPOOL_DIR ?? join(BRIDGE_DATA_DIR, 'spool')

/** The variable that decides where the spool is. */
export const spoolVariableOf = ({ INGRESS_SPOOL_DIR }: PlaceSettings): string =>
  INGRESS_SPOOL_DIR === undefined ? 'BRIDGE_DATA_DIR' : 'INGRESS_SPOOL_DIR'

/** The file that remembers the ids of the schemas, for starts without the registry. */
export const schemaIdsFileOf = ({ BRIDGE_DATA_DIR }: PlaceSettings): string =>
  join(BRIDGE_DATA_DIR, 'schema-ids.json')
