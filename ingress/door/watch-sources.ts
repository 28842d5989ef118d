import { statSync } from 'node:fs'
import type { Environment } from '../../lib/config.ts'
import { messageOf } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import { readIngressSettings } from '../config.ts'
import { createSource, type Source } from './source.ts'
import { type FindSource, readSourcesFile } from './sources.ts'

/** The senders as configured now. */
export interface WatchedSources {
  find: FindSource
  all(): readonly Source[]
  close(): void
}

const lookEveryMs = 2000

/**
 * Reads the senders, and reads them again when a file of theirs changes: secrets are rotated without a restart.
 * A change that cannot be used is logged, and the senders stay as they were.
 *
 * @throws ConfigError where they cannot be used at the start
 */
export const watchSources = (env: Environment, onChange: (sources: readonly Source[]) => void, logger: Logger): WatchedSources => {
  let current = readSources(env)
  let stamp = stampOf(current.files)
  onChange(current.sources)

  let fault: string | undefined

  const timer = setInterval(() => {
    const now = stampOf(current.files)
    // What is at fault may lie in a file that is not watched yet, such as one of secrets that comes later.
    if (now === stamp && fault === undefined) return
    stamp = now
    try {
      current = readSources(env)
      stamp = stampOf(current.files)
      fault = undefined
      onChange(current.sources)
      logger.info('credentials read again', { sources: current.sources.length })
    } catch (error) {
      if (fault !== messageOf(error)) logger.error('changed credentials cannot be used, the old ones stay', { error: messageOf(error) })
      fault = messageOf(error)
    }
  }, lookEveryMs).unref()

  return {
    all: () => current.sources,
    find: (name) =>
      current.sources.find((source) => source.name === name) ??
      (current.isOpenToNames ? current.sources[0] && { ...current.sources[0], name } : undefined),
    close: () => clearInterval(timer),
  }
}

interface Sources {
  sources: readonly Source[]
  files: readonly string[]
  /** Without a file of senders any name will do: it tells hooks apart, the credentials are the same. */
  isOpenToNames: boolean
}

const readSources = (env: Environment): Sources => {
  const settings = readIngressSettings(env)
  const own = ['INGRESS_SECRET_TOKENS_FILE', 'INGRESS_SIGNING_TOKENS_FILE'].flatMap((name) => env[name] || [])
  const unnamed = createSource('default', {
    secret_tokens: settings.INGRESS_SECRET_TOKENS,
    signing_tokens: settings.INGRESS_SIGNING_TOKENS,
    require_signature: settings.INGRESS_REQUIRE_SIGNATURE,
    allowed_cidrs: settings.INGRESS_ALLOWED_CIDRS,
    instance: settings.INGRESS_INSTANCE,
  })
  if (settings.INGRESS_SOURCES_FILE === undefined) return { sources: [unnamed], files: own, isOpenToNames: true }
  const { sources, files } = readSourcesFile(settings.INGRESS_SOURCES_FILE)
  const hasUnnamed = unnamed.secrets.length + unnamed.signingKeys.length > 0
  return { sources: hasUnnamed ? [unnamed, ...sources] : sources, files: [...own, ...files], isOpenToNames: false }
}

/** Changes when a file is written, replaced or linked elsewhere. */
const stampOf = (files: readonly string[]): string =>
  files
    .map((file) => {
      const found = statSync(file, { throwIfNoEntry: false })
      return found === undefined ? '-' : `${found.ino} ${found.mtimeMs} ${found.size}`
    })
    .join('|')
