import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { type Environment, port, readVariables } from '../../lib/config.ts'
import { messageOf, UsageError } from '../../lib/errors.ts'
import { readEndpoints } from '../environment.ts'
import { hookTokenOf } from '../hook-target/hook-token.ts'
import { hookUrl } from '../hook-target/hook-url.ts'
import { type Payload, readPayload } from '../payload/read-payload.ts'

const variables = z.object({
  INGRESS_HOST: z.string().default('127.0.0.1'),
  INGRESS_PORT: port().default(8080),
})

export interface SendOptions {
  /** Where to post the hook, see {@link hookUrl}. */
  url?: string
  /** Default: `sample`, whose events workers take for invented ones. */
  source?: string
  /** Keep the delivery id of a bundled sample. */
  resend?: true
}

/**
 * Posts one hook. Its source is `sample`, so that no worker acts on it outside of the bridge, unless the
 * options name another source.
 *
 * @param name of a file or of a bundled sample
 * @returns the answer of the ingress
 * @throws UsageError if there is no such payload, if no token is known, or if the ingress cannot be reached
 */
export const send = async (
  name: string,
  options: SendOptions,
  env: Environment,
): Promise<{ status: number; body: string }> => {
  const payload = await readPayload(name)
  const stack = readEndpoints(env)
  const { INGRESS_HOST, INGRESS_PORT } = readVariables(variables, env)
  const own = { host: INGRESS_HOST, port: INGRESS_PORT, hasOwnPort: Boolean(env.INGRESS_PORT) }
  const { source = 'sample' } = options
  const url = hookUrl({ ...own, url: options.url, source }, stack)
  refuseWrongUrl(url)
  const token = hookTokenOf(source, env, stack)

  const headers = headersOf(payload, token, options)
  const body = new Uint8Array(payload.body)
  const response = await fetch(url, { method: 'POST', headers, body }).catch((error: Error) => {
    const reason = messageOf(error.cause ?? error)
    throw new UsageError(`${url} cannot be reached: ${reason}. Start the ingress, or use --url.`)
  })
  return { status: response.status, body: await response.text() }
}

const headersOf = ({ headers, isBundled }: Payload, token: string, { resend }: SendOptions): Headers => {
  const all = new Headers()
  for (const [name, value] of headers) appendHeader(all, name, value)
  all.set('content-type', 'application/json')
  all.set('x-gitlab-token', token)
  // A bundled sample counts as a new hook each time, so it gets a new delivery id.
  const id = randomUUID()
  if (isBundled && resend === undefined)
    for (const name of ['webhook-id', 'idempotency-key']) all.set(name, id)
  return all
}

const appendHeader = (headers: Headers, name: string, value: string) => {
  try {
    headers.append(name, value)
  } catch {
    throw new UsageError(
      `The header "${name}" of the payload is not valid: its name or its value has a character that HTTP ` +
        'does not allow. Correct the .headers file.',
    )
  }
}

/** @throws UsageError naming the setting to change */
const refuseWrongUrl = (url: string) => {
  const isHttp = URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
  if (!isHttp) throw new UsageError(`--url: "${url}" is not a URL that begins with http: or https:.`)
  if (/\/hooks\/[^/]+\/[^/]+$/.test(new URL(url).pathname))
    throw new UsageError(
      `--url: ${url} is not a path of the ingress. Give the URL up to /hooks, and the source with --source.`,
    )
  if (new URL(url).port === '0')
    throw new UsageError(
      'INGRESS_PORT is 0, which means any free port, and no local stack is running that could name it. ' +
        'Use --url with the address that the ingress logs at its start.',
    )
}
