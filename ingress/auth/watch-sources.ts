import type { Environment } from '../../lib/config.ts'
import { type Reading, watchFiles } from '../../lib/disk/watch-files.ts'
import { ConfigError } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import { readIngressSettings } from '../config.ts'
import { createSource, type Source } from './source.ts'
import { type FindSource, readSourcesFile } from './sources.ts'

/** The senders as configured now. */
export interface WatchedSources {
  find: FindSource
  close(): void
}

/**
 * Reads the senders, and reads them again when a file of theirs changes: secrets are rotated without a restart.
 * A change that cannot be used is logged, and the senders stay as they were.
 *
 * @throws ConfigError where they cannot be used at the start
 */
export const watchSources = (
  env: Environment,
  onChange: (sources: readonly Source[]) => void,
  logger: Logger,
): WatchedSources => {
  const watched = watchFiles({
    name: 'credentials',
    read: () => readSources(env),
    onRead: ({ sources }) => onChange(sources),
    logger,
  })
  return {
    find: (name) => {
      const { sources, isOpenToNames } = watched.current()
      return (
        sources.find((source) => source.name === name) ??
        (isOpenToNames ? sources[0] && { ...sources[0], name } : undefined)
      )
    },
    close: watched.close,
  }
}

interface Sources {
  sources: readonly Source[]
  /** Without a file of senders any name will do: it tells hooks apart, the credentials are the same. */
  isOpenToNames: boolean
}

/** @throws ConfigError naming every fault of the variables and files that say who may send */
export const readSources = (env: Environment): Reading<Sources> => {
  const settings = readIngressSettings(env)
  const own = ['INGRESS_SECRET_TOKENS_FILE', 'INGRESS_SIGNING_TOKENS_FILE'].flatMap((name) => env[name] || [])
  const unnamed = createSource('default', {
    secret_tokens: settings.INGRESS_SECRET_TOKENS,
    signing_tokens: settings.INGRESS_SIGNING_TOKENS,
    require_signature: settings.INGRESS_REQUIRE_SIGNATURE,
    allowed_cidrs: settings.INGRESS_ALLOWED_CIDRS,
    instance: settings.INGRESS_INSTANCE,
  })
  if (settings.INGRESS_SOURCES_FILE === undefined)
    return { value: { sources: [unnamed], isOpenToNames: true }, files: own }
  const { sources, files } = readSourcesFile(settings.INGRESS_SOURCES_FILE)
  const hasUnnamed = unnamed.secrets.length + unnamed.signingKeys.length > 0
  if (hasUnnamed && sources.some(({ name }) => name === unnamed.name)) {
    const problem = `sources.${unnamed.name} is the sender at /hooks, whose credentials INGRESS_SECRET_TOKENS and INGRESS_SIGNING_TOKENS are: give them in one place (\`npm start\` makes a token where none is given: name that sender otherwise)`
    throw new ConfigError([{ variable: 'INGRESS_SOURCES_FILE', problem }])
  }
  return {
    value: { sources: hasUnnamed ? [unnamed, ...sources] : sources, isOpenToNames: false },
    files: [...own, ...files],
  }
}
