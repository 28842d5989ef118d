import { fileSystemKind } from '../../lib/disk/file-system-kind.ts'
import { ConfigError } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'

/**
 * A hook in the spool was answered with 202, so its sender will not send it again.
 *
 * @param variable names the folder in the message
 * @param isMemoryAllowed whether the operator accepts that a restart loses the hooks of the spool
 * @throws ConfigError if the folder is in memory
 */
export const requireLastingDisk = async (
  folder: string,
  variable: string,
  isMemoryAllowed: boolean,
  logger: Logger,
): Promise<void> => {
  const kind = await fileSystemKind(folder)
  if (kind === 'kept') return
  if (kind === 'container' || isMemoryAllowed) {
    logger.warn(kind === 'container' ? inContainer(variable) : inMemory, { folder })
    return
  }
  throw new ConfigError([
    {
      variable,
      problem:
        `the spool in ${folder} would be in memory (tmpfs), and a restart would lose hooks that were ` +
        `answered with 202: set ${variable} to a folder on a disk, or INGRESS_SPOOL_ALLOW_TMPFS=true if ` +
        'you accept that',
    },
  ])
}

const inContainer = (variable: string): string =>
  'the spool is in the file system of a container: the hooks that wait there are deleted with the ' +
  `container. Mount a volume, and set ${variable} to a folder in it`

const inMemory = 'the spool is in memory: a restart of the machine loses the hooks that wait there'
