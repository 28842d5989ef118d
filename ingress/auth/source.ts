import { timingSafeEqual } from 'node:crypto'
import { BlockList, isIP } from 'node:net'
import { z } from 'zod'

/** A configured sender of hooks, or the decoy that answers in place of one that is not configured. */
export interface Source {
  name: string
  /** Its name in metrics: from the configuration, never from a request. */
  label: string
  secrets: readonly Credential[]
  signingKeys: readonly Credential[]
  /** Which proof is required. */
  accepts: 'token' | 'signature' | 'either'
  /** Null: any address. */
  allowedAddresses: BlockList | null
  /** The same as configured; empty: any address. */
  allowedCidrs: readonly string[]
  /** Base URL of the GitLab instance; undefined: the hook itself names the instance. */
  instance: string | undefined
  /** Whether nobody configured this source: no credential matches. */
  isDecoy: boolean
}

/** A secret. In metrics it is named by its position in the configuration. */
export interface Credential {
  label: string
  /** A secret token, or the key of a signature. */
  bytes: Buffer
}

/** The settings of one source. The names are the keys of the YAML file. */
export interface SourceSettings {
  secret_tokens: readonly string[]
  signing_tokens: readonly string[]
  require_signature: boolean
  allowed_cidrs: readonly string[]
  instance?: string | undefined
}

export const signingToken = z.string().regex(/^whsec_[A-Za-z0-9+/]{16,}={0,2}$/, 'must be whsec_ and base64')

export const cidr = z
  .string()
  .refine((text) => parseCidr(text) !== undefined, 'must be an address or a range such as 10.0.0.0/8')

export const createSource = (name: string, settings: SourceSettings): Source => ({
  name,
  label: name,
  secrets: settings.secret_tokens.map((token, index) => ({
    label: String(index + 1),
    bytes: Buffer.from(token),
  })),
  signingKeys: settings.signing_tokens.map((token, index) => ({
    label: String(index + 1),
    bytes: Buffer.from(token.replace('whsec_', ''), 'base64'),
  })),
  accepts: acceptedProof(settings),
  allowedAddresses: settings.allowed_cidrs.length === 0 ? null : blockListOf(settings.allowed_cidrs),
  allowedCidrs: settings.allowed_cidrs,
  instance: settings.instance,
  isDecoy: false,
})

const acceptedProof = ({ require_signature, signing_tokens }: SourceSettings): Source['accepts'] => {
  if (require_signature) return 'signature'
  return signing_tokens.length === 0 ? 'token' : 'either'
}

/**
 * The first credential that matches. Every credential is compared, so that the time taken does not reveal
 * which one matched.
 */
export const findMatch = (
  credentials: readonly Credential[],
  matches: (bytes: Buffer) => boolean,
): Credential | undefined => credentials.filter(({ bytes }) => matches(bytes)).at(0)

/** Compares in a time that reveals neither the first difference nor the length of the secret. */
export const isEqual = (secret: Buffer, given: Buffer): boolean => {
  const padded = Buffer.alloc(secret.length)
  given.copy(padded)
  return timingSafeEqual(secret, padded) && given.length === secret.length
}

interface Range {
  address: string
  prefix: number
  family: 'ipv4' | 'ipv6'
}

const parseCidr = (text: string): Range | undefined => {
  const [address = '', prefixText, ...more] = text.split('/')
  const version = isIP(address)
  if (version === 0 || address.includes('%') || more.length > 0) return undefined
  const bits = version === 4 ? 32 : 128
  const prefix = prefixText === undefined ? bits : Number(prefixText)
  if (prefixText !== undefined && !/^\d{1,3}$/.test(prefixText)) return undefined
  return prefix <= bits ? { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' } : undefined
}

const blockListOf = (cidrs: readonly string[]): BlockList => {
  const list = new BlockList()
  for (const range of cidrs.map(parseCidr)) {
    if (range !== undefined) list.addSubnet(range.address, range.prefix, range.family)
  }
  return list
}
