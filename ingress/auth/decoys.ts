import { createHmac, randomBytes, scryptSync } from 'node:crypto'
import { type Credential, createSource, type Source } from './source.ts'

/** Gives the decoy for a name that nobody configured. */
export type Decoys = (name: string) => Source

/**
 * Names of sources must not be found out by trying. A name that nobody configured therefore gets a decoy: a
 * copy of a configured source with random credentials. It passes the same checks, in the same time, and so
 * gives the same answers. Sources may differ in the proof they require and in their address ranges. Which
 * one a decoy copies is decided by a keyed hash of the name, so that every kind of answer also comes for
 * names that do not exist.
 */
export const createDecoys = (sources: readonly Source[], key: Buffer = keyOf(sources)): Decoys => {
  const copies = sources.length === 0 ? [withoutCredentials] : sources.map(withRandomCredentials)
  return (name) => {
    const index = createHmac('sha256', key).update(name).digest().readUInt32BE() % copies.length
    return { ...(copies[index] ?? withoutCredentials), name }
  }
}

/**
 * The key comes from all credentials together, so that processes with the same configuration agree, also
 * after a restart: a name whose answers vary would be known to be a decoy. scrypt makes it too slow to test
 * guesses of the credentials against the answers. With one source there is nothing to decide.
 */
const keyOf = (sources: readonly Source[]): Buffer => {
  if (sources.length < 2) return Buffer.alloc(0)
  const credentials = sources.flatMap(({ name, secrets, signingKeys }) =>
    [...secrets, ...signingKeys].map(({ bytes }) => `${name} ${bytes.toString('hex')}`),
  )
  return scryptSync(credentials.join('\n'), 'key of decoys', 32)
}

const withoutCredentials: Source = {
  ...createSource('', { secret_tokens: [], signing_tokens: [], require_signature: false, allowed_cidrs: [] }),
  isDecoy: true,
}

const withRandomCredentials = (source: Source): Source => ({
  ...source,
  secrets: source.secrets.map(randomised),
  signingKeys: source.signingKeys.map(randomised),
  isDecoy: true,
})

/** At least 32 bytes: a random secret as short as a configured one might be guessed. */
const randomised = ({ label, bytes }: Credential): Credential => ({
  label,
  bytes: randomBytes(Math.max(bytes.length, 32)),
})
