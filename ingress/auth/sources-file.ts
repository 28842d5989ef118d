import { z } from 'zod'
import type { Reading } from '../../lib/disk/watch-files.ts'
import { instanceUrl } from '../../lib/instance-url.ts'
import { isInvented } from '../../lib/invented-sources.ts'
import { settingsFileOf } from '../../lib/settings-file.ts'
import { cidr, createSource, type Source, signingToken } from './source.ts'
import { isSourceName, sourceNameRule } from './source-name.ts'

const sourcesFile = settingsFileOf('INGRESS_SOURCES_FILE')

const isBlank = (text: string) => text.trim() === ''

const text = z.string().refine((given) => !isBlank(given), 'is blank')

const tokens = z.array(text).default([])

const sourceShape = z.strictObject({
  secret_tokens: tokens,
  secret_tokens_file: text.optional(),
  signing_tokens: z.array(signingToken).default([]),
  signing_tokens_file: text.optional(),
  require_signature: z.boolean().default(false),
  allowed_cidrs: z.array(cidr).default([]),
  instance: instanceUrl.optional(),
})

const sourceName = z
  .string()
  .refine(isSourceName, sourceNameRule)
  .refine(
    (name) => !isInvented(name),
    'is the name of a source of invented events, which workers do not act on: give this sender another name',
  )

const fileShape = z.strictObject({
  sources: z
    .record(sourceName, sourceShape)
    .refine((sources) => Object.keys(sources).length > 0, 'names no source, so every hook would be refused'),
})

/**
 * Reads the sources from a YAML file and from the files of secrets it names (one secret a line).
 *
 * @returns the sources, and every file that was read
 * @throws ConfigError that names INGRESS_SOURCES_FILE and the place in the file, never a secret
 */
export const readSourcesFile = (path: string): Reading<readonly Source[]> => {
  const files = [path]
  const emptied: string[] = []
  const settings = sourcesFile.read(path, fileShape)
  const readSecrets = (source: string, file: string | undefined): string[] => {
    if (file === undefined) return []
    files.push(file)
    const secrets = sourcesFile.readSecrets(`sources.${source}`, file)
    if (secrets.length === 0) emptied.push(`sources.${source}: ${file} holds no token`)
    return secrets
  }
  const sources = Object.entries(settings.sources).map(([name, given]) => {
    const { secret_tokens_file, signing_tokens_file, ...others } = given
    const secret_tokens = [...others.secret_tokens, ...readSecrets(name, secret_tokens_file)]
    const signing_tokens = [...others.signing_tokens, ...readSecrets(name, signing_tokens_file)]
    const complete = { ...others, secret_tokens, signing_tokens }
    demandCredentials(name, complete)
    return createSource(name, complete)
  })
  // An emptied file must not take away the tokens of a source that has other ones.
  if (emptied.length > 0) throw sourcesFile.fault(emptied.join('; '))
  return { value: sources, files }
}

const demandCredentials = (
  name: string,
  settings: Pick<z.output<typeof sourceShape>, 'secret_tokens' | 'signing_tokens' | 'require_signature'>,
): void => {
  const { secret_tokens, signing_tokens, require_signature } = settings
  if (signing_tokens.some((token) => !signingToken.safeParse(token).success))
    throw sourcesFile.fault(`sources.${name}: a signing token is not whsec_ and base64`)
  if (secret_tokens.length + signing_tokens.length === 0)
    throw sourcesFile.fault(
      `sources.${name}: has neither secret_tokens nor signing_tokens, so anybody could post hooks`,
    )
  if (require_signature && signing_tokens.length === 0)
    throw sourcesFile.fault(`sources.${name}: require_signature is set, but signing_tokens is not`)
}
