import { createHmac, hash, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { settingsFileOf } from './settings-file.ts'

export const visibilities = ['public', 'internal', 'private'] as const
export type Visibility = (typeof visibilities)[number]

/** What the holder of a token may see. */
export interface TokenAccess {
  /** Name of the token in its file, for logs. */
  name: string
  /** Globs of full paths of projects. */
  projects: readonly string[]
  visibility: readonly Visibility[]
  /** Further event types, which are seen only if they are named: without a project, or confidential. */
  events: readonly string[]
  /** Milliseconds since 1970; undefined: it does not expire. */
  expiresAt: number | undefined
}

interface BearerToken extends TokenAccess {
  digest: Buffer
}

/** The tokens of one file. */
export interface BearerTokens {
  /**
   * The access of the token in the header `Authorization`.
   *
   * @param now milliseconds since 1970
   */
  accessOf(authorization: string | undefined, now: number): TokenAccess | 'unknown' | 'expired'
  /**
   * Text for a cookie that stands for a token until a time. It does not contain the token. It stays valid
   * over a restart, and until the token is removed or changed.
   *
   * @param until milliseconds since 1970
   */
  sessionOf(access: TokenAccess, until: number): string
  /** The access of a text that `sessionOf` has made. It expires at its own time, or with its token. */
  accessOfSession(session: string, now: number): TokenAccess | 'unknown' | 'expired'
}

const oneToken = z
  .string()
  .regex(/^[A-Za-z0-9._~+/-]{16,}=*$/, 'must be at least 16 characters of A-Z a-z 0-9 . _ ~ + / -')

const tokenShape = z
  .strictObject({
    token: oneToken.optional(),
    token_file: z.string().optional(),
    projects: z.array(z.string().min(1)).min(1),
    visibility: z.array(z.enum(visibilities)).min(1),
    events: z.array(z.string().regex(/^[a-z_]+$/, 'must be an event type such as user_create')).default([]),
    expires_at: z.iso.datetime({ offset: true }).optional(),
  })
  .refine(({ token, token_file }) => (token === undefined) !== (token_file === undefined), {
    message: 'must have either token or token_file',
  })

const fileShape = z.strictObject({
  tokens: z.record(z.string().regex(/^[a-z0-9-]+$/, 'must be a name such as build-server'), tokenShape),
})

/**
 * Reads a file of bearer tokens:
 *
 *     tokens:
 *       build-server:
 *         token_file: /run/secrets/build-server   # or token: with the token itself
 *         projects: ['nordlicht/**']
 *         visibility: [public, internal, private]
 *         events: [user_create, confidential_note]    # optional; only the feed uses it
 *         expires_at: 2027-01-01T00:00:00Z        # optional
 *
 * @param variable that names the file, such as `PROJECT_DIRECTORY_TOKENS_FILE`
 * @returns the tokens, and every file that was read
 * @throws ConfigError naming every field at fault, never a token
 */
export const readBearerTokens = (
  variable: string,
  path: string,
): { value: BearerTokens; files: string[] } => {
  const file = settingsFileOf(variable)
  const entries = Object.entries(file.read(path, fileShape).tokens)
  const files = [path]
  const tokens = entries.map(([name, { token, token_file, expires_at, ...access }]): BearerToken => {
    if (token_file !== undefined) files.push(token_file)
    const secret = token ?? (token_file && oneLineOf(file, name, token_file)) ?? ''
    const expiresAt = expires_at === undefined ? undefined : Date.parse(expires_at)
    return { name, ...access, expiresAt, digest: digestOf(secret) }
  })
  const digests = new Set(tokens.map(({ digest }) => digest.toString('hex')))
  if (digests.size < tokens.length) throw file.fault('tokens: two names have the same token')
  return { value: createBearerTokens(tokens), files }
}

const oneLineOf = (file: ReturnType<typeof settingsFileOf>, name: string, path: string): string => {
  const lines = file.readSecrets(`tokens.${name}.token_file`, path)
  const [line] = lines
  if (line !== undefined && lines.length === 1 && oneToken.safeParse(line).success) return line
  throw file.fault(`tokens.${name}.token_file: ${path} must hold one token of at least 16 characters`)
}

const createBearerTokens = (tokens: readonly BearerToken[]): BearerTokens => {
  const findSecret = (secret: string): BearerToken | undefined => {
    const digest = digestOf(secret)
    return tokens.find((each) => timingSafeEqual(each.digest, digest))
  }
  return {
    accessOf: (authorization, now) => {
      const [, given] = /^Bearer +([^\s]+) *$/i.exec(authorization ?? '') ?? []
      return accessAt(given === undefined ? undefined : findSecret(given), now)
    },
    sessionOf: ({ name }, until) => {
      const token = tokens.find((each) => each.name === name)
      return token === undefined ? '' : `${name}.${until}.${proofOf(token, until)}`
    },
    accessOfSession: (session, now) => {
      const [, name, until, proof] = /^([a-z0-9-]+)\.(\d{1,15})\.([\w-]{43})$/.exec(session) ?? []
      const token = tokens.find((each) => each.name === name)
      if (token === undefined || proof === undefined) return 'unknown'
      const expected = Buffer.from(proofOf(token, Number(until)))
      if (!timingSafeEqual(expected, Buffer.from(proof))) return 'unknown'
      if (Number(until) <= now) return 'expired'
      const access = accessAt(token, now)
      if (typeof access === 'string') return access
      return { ...access, expiresAt: Math.min(Number(until), access.expiresAt ?? Number.POSITIVE_INFINITY) }
    },
  }
}

const accessAt = (token: BearerToken | undefined, now: number): TokenAccess | 'unknown' | 'expired' => {
  if (token === undefined) return 'unknown'
  const { digest: _, ...access } = token
  return access.expiresAt !== undefined && access.expiresAt <= now ? 'expired' : access
}

/** The digest of the token is the key, so that another token with the same name makes it invalid. */
const proofOf = ({ name, digest }: BearerToken, until: number): string =>
  createHmac('sha256', digest).update(`session ${name} ${until}`).digest('base64url')

/** Digests have one length, so that comparing them tells nothing about the tokens. */
const digestOf = (token: string): Buffer => hash('sha256', token, 'buffer')
