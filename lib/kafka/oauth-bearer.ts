import kafkajs, { type Mechanism } from 'kafkajs'
import { messageOf, RetriableError } from '../errors.ts'
import type { OAuthTokens } from '../oauth-tokens.ts'

/** `patch-reauthentication.ts` calls `prepare` before each login. */
interface PreparedMechanism extends Mechanism {
  prepare(): Promise<unknown>
}

/**
 * The login by OAUTHBEARER (RFC 7628). kafkajs has one, too, but it takes the answer of a broker that refuses
 * the token for a success. The next request then fails with `Closed connection`, again and again.
 *
 * @param extensions of the first message, such as `logicalCluster` of Confluent Cloud
 */
export const oauthBearer = (
  tokens: OAuthTokens,
  extensions: Readonly<Record<string, string>>,
): PreparedMechanism => ({
  mechanism: 'oauthbearer',
  prepare: () => tokens.current().catch(throwForClient),
  authenticationProvider: ({ saslAuthenticate }) => ({
    authenticate: async () => {
      const first = firstMessage(await tokens.current(), extensions)
      try {
        const refusal = await saslAuthenticate({ request: requestOf(first), response: textOfAnswer })
        if (refusal === undefined || refusal === '') return
        // The broker now waits for this message, and answers it with the error.
        await saslAuthenticate({ request: requestOf('\x01') })
        throw new Error(refusal)
      } catch (error) {
        throw new LoginError(`SASL OAUTHBEARER authentication failed: ${messageOf(error)}`)
      }
    },
  }),
})

/** The types of kafkajs 2.2.4 say that this error has no message. */
const LoginError = kafkajs.KafkaJSSASLAuthenticationError as unknown as new (message: string) => Error

/** kafkajs repeats what failed only if the error is one of its own. */
const throwForClient = (error: unknown): never => {
  throw error instanceof RetriableError ? new kafkajs.KafkaJSError(error.message) : error
}

const firstMessage = (token: string, extensions: Readonly<Record<string, string>>): string => {
  const pairs = [['auth', `Bearer ${token}`], ...Object.entries(extensions)]
  return `n,,\x01${pairs.map(([name, value]) => `${name}=${value}\x01`).join('')}\x01`
}

/** A message with its length before it, as kafkajs expects the requests and answers of a mechanism. */
const requestOf = (text: string) => ({
  encode: () => {
    const bytes = Buffer.from(text)
    const length = Buffer.alloc(4)
    length.writeInt32BE(bytes.length)
    return Buffer.concat([length, bytes])
  },
})

const textOfAnswer = {
  decode: (answer: Buffer) => answer.subarray(4),
  parse: (text: Buffer) => text.toString(),
}
