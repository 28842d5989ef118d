import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'
import { itemsOf } from '../../lib/config.ts'
import { ConfigError, messageOf } from '../../lib/errors.ts'
import { cidr, createSource, type Source, signingToken } from './source.ts'

/** Finds the sender a path names; undefined where there is none. */
export type FindSource = (name: string) => Source | undefined

const tokens = z.array(z.string().min(1)).default([])

const fileShape = z.strictObject({
  sources: z.record(
    z
      .string()
      .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'a source is named by lower-case letters, digits, _ and -'),
    z.strictObject({
      secret_tokens: tokens,
      secret_tokens_file: z.string().optional(),
      signing_tokens: z.array(signingToken).default([]),
      signing_tokens_file: z.string().optional(),
      require_signature: z.boolean().default(false),
      allowed_cidrs: z.array(cidr).default([]),
      instance: z.url().optional(),
    }),
  ),
})

export interface SourcesFile {
  sources: readonly Source[]
  /** Every file that was read; a change of one of them asks for another reading. */
  files: readonly string[]
}

/**
 * Reads the senders from a YAML file and the files of secrets it names (one a line).
 *
 * @throws ConfigError naming INGRESS_SOURCES_FILE and the place in it, never a secret
 */
export const readSourcesFile = (path: string): SourcesFile => {
  const files = [path]
  const shape = fileShape.safeParse(parseYaml(attempt('cannot be read', () => read(path))))
  if (!shape.success)
    throw fault(
      shape.error.issues.map(({ path: place, message }) => `${place.join('.')}: ${message}`).join('; '),
    )

  const lines = (name: string, file: string | undefined): string[] => {
    if (file === undefined) return []
    files.push(file)
    return itemsOf(
      attempt(`sources.${name}: ${file} cannot be read`, () => read(file)),
      '\n',
    )
  }
  const sources = Object.entries(shape.data.sources).map(
    ([name, { secret_tokens_file, signing_tokens_file, ...settings }]) => {
      const secret_tokens = [...settings.secret_tokens, ...lines(name, secret_tokens_file)]
      const signing_tokens = [...settings.signing_tokens, ...lines(name, signing_tokens_file)]
      if (signing_tokens.some((token) => !signingToken.safeParse(token).success))
        throw fault(`sources.${name}: a signing token is not whsec_ and base64`)
      if (secret_tokens.length + signing_tokens.length === 0)
        throw fault(`sources.${name}: neither secret_tokens nor signing_tokens: anybody could post hooks`)
      if (settings.require_signature && signing_tokens.length === 0)
        throw fault(`sources.${name}: require_signature, but no signing_tokens`)
      return createSource(name, { ...settings, secret_tokens, signing_tokens })
    },
  )
  return { sources, files }
}

const read = (path: string): string => readFileSync(path, 'utf8')

/** Not in the parser's words, nor with its warnings: they quote the place, which may be a secret. */
const parseYaml = (text: string): unknown => {
  try {
    return parse(text, { logLevel: 'error' })
  } catch (error) {
    const [place] = (error as { linePos?: { line: number }[] }).linePos ?? []
    throw fault(
      `is not YAML${place === undefined ? '' : `, line ${place.line}`}: what begins with one of * & ! @ % must be quoted`,
    )
  }
}

const attempt = <T>(problem: string, action: () => T): T => {
  try {
    return action()
  } catch (error) {
    throw fault(`${problem}: ${messageOf(error).split('\n')[0]}`)
  }
}

const fault = (problem: string) => new ConfigError([{ variable: 'INGRESS_SOURCES_FILE', problem }])
