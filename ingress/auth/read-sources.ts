import type { Reading } from '../../lib/disk/watch-files.ts'
import { ConfigError } from '../../lib/errors.ts'
import { createInventedSources } from './invented-source.ts'
import { createSource, type Source, type SourceSettings } from './source.ts'
import { defaultSourceName } from './source-name.ts'
import { readSourcesFile } from './sources-file.ts'

/** Where the sources are configured. */
export interface SourcesSettings {
  /** The source of `/hooks`, from the environment. Without tokens there is no such source. */
  defaultSource: SourceSettings
  /** The files from which the tokens of the default source were read. */
  tokenFiles: readonly string[]
  /** The YAML file of the other sources, if there is one. */
  sourcesFile: string | undefined
}

export interface Sources {
  sources: readonly Source[]
  /** The sources of events that did not happen. */
  inventedSources: readonly Source[]
  /**
   * Whether any name is a source, as is the case without a file of sources. The credentials are then those
   * of the default source, and the name only tells hooks apart.
   */
  acceptsAnyName: boolean
}

/** @throws ConfigError that names every fault of the file of sources */
export const readSources = (settings: SourcesSettings): Reading<Sources> => {
  const { defaultSource: own, tokenFiles, sourcesFile } = settings
  const defaultSource = createSource(defaultSourceName, own)
  if (sourcesFile === undefined) return { value: sourcesOf([defaultSource], true), files: tokenFiles }

  const { value: sources, files } = readSourcesFile(sourcesFile)
  const hasDefaultSource = own.secret_tokens.length + own.signing_tokens.length > 0
  if (hasDefaultSource && sources.some(({ name }) => name === defaultSourceName)) throw configuredTwice()
  return {
    value: sourcesOf(hasDefaultSource ? [defaultSource, ...sources] : sources, false),
    files: [...tokenFiles, ...files],
  }
}

const sourcesOf = (sources: readonly Source[], acceptsAnyName: boolean): Sources => ({
  sources,
  inventedSources: createInventedSources(sources),
  acceptsAnyName,
})

const configuredTwice = (): ConfigError => {
  const problem =
    `sources.${defaultSourceName} is the source of /hooks, but INGRESS_SECRET_TOKENS or ` +
    'INGRESS_SIGNING_TOKENS configures that source too. ' +
    'Configure it in one place: remove the variables, or ' +
    'give the source in the file another name. `npm start` creates a secret token if none is set, so with ' +
    '`npm start` use another name.'
  return new ConfigError([{ variable: 'INGRESS_SOURCES_FILE', problem }])
}
