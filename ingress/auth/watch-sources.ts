import { watchFiles } from '../../lib/disk/watch-files.ts'
import type { Logger } from '../../lib/logger.ts'
import { isAllowed } from './address.ts'
import { createDecoys, type Decoys } from './decoys.ts'
import { readSources, type SourcesSettings } from './read-sources.ts'
import type { Source } from './source.ts'

/** The sources as they are configured now. */
export interface WatchedSources {
  find: FindSource
  /** The decoy that answers for a name that `find` does not know. */
  decoyOf(name: string): Source
  /** Whether any source allows the address. */
  isAddressAllowed(address: string): boolean
  close(): void
}

/** Finds the source that a path names; undefined if nobody configured it. */
export type FindSource = (name: string) => Source | undefined

/**
 * Reads the sources, and reads them again when one of their files changes: secrets are rotated without a
 * restart. If the changed files cannot be used, the error is logged and the sources stay as they were.
 *
 * @param readSettings reads the environment and the files of secrets that it names
 * @throws ConfigError if the sources cannot be used at the start
 */
export const watchSources = (
  readSettings: () => SourcesSettings,
  onChange: (sources: readonly Source[]) => void,
  logger: Logger,
): WatchedSources => {
  let decoys: Decoys | undefined
  const watched = watchFiles({
    name: 'credentials',
    read: () => readSources(readSettings()),
    onRead: ({ sources }) => {
      decoys = createDecoys(sources)
      onChange(sources)
    },
    logger,
  })
  return {
    find: (name) => {
      const { sources, inventedSources, acceptsAnyName } = watched.current()
      const [defaultSource] = sources
      const isNamed = (source: Source) => source.name === name
      const found = sources.find(isNamed) ?? inventedSources.find(isNamed)
      if (found !== undefined || !acceptsAnyName) return found
      return defaultSource && { ...defaultSource, name }
    },
    decoyOf: (name) => (decoys ?? createDecoys([]))(name),
    isAddressAllowed: (address) =>
      watched.current().sources.some(({ allowedAddresses }) => isAllowed(address, allowedAddresses)),
    close: watched.close,
  }
}
