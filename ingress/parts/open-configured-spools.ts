import type { Logger } from '../../lib/logger.ts'
import { eventTypes } from '../../schemas/catalogue.ts'
import type { Names } from '../../schemas/topics.ts'
import { openSpoolFolders } from '../spool/spool-folders.ts'
import { type SpoolPlaceSettings, spoolFolderOf } from '../spool/spool-place.ts'
import { openSpools, type Spools } from '../spool/spools.ts'

/**
 * Opens the spools in the folder of the settings. A quarter of their limit may be set aside.
 *
 * @throws UsageError if the folder cannot be used, or if another process uses it
 */
export const openConfiguredSpools = async (
  settings: SpoolPlaceSettings & { INGRESS_SPOOL_MAX_BYTES: number },
  names: Names,
  logger: Logger,
): Promise<Spools> => {
  const maxBytes = settings.INGRESS_SPOOL_MAX_BYTES
  const folders = await openSpoolFolders(spoolFolderOf(settings), maxBytes / 4, logger)
  return await openSpools(folders, eventTypes.map(names.topic), maxBytes, logger)
}
