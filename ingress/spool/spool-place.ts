import { join } from 'node:path'

/** The settings that say where the spool is. */
export interface SpoolPlaceSettings {
  BRIDGE_DATA_DIR: string
  INGRESS_SPOOL_DIR?: string | undefined
}

/** The folder of the spool. */
export const spoolFolderOf = ({ BRIDGE_DATA_DIR, INGRESS_SPOOL_DIR }: SpoolPlaceSettings): string =>
  INGRESS_SPOOL_DIR ?? join(BRIDGE_DATA_DIR, 'spool')

/** The variable that decides where the spool is. */
export const spoolVariableOf = ({ INGRESS_SPOOL_DIR }: SpoolPlaceSettings): string =>
  INGRESS_SPOOL_DIR === undefined ? 'BRIDGE_DATA_DIR' : 'INGRESS_SPOOL_DIR'
