import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { type Environment, list, port, readVariables, secret } from '../../lib/config.ts'
import { messageOf, UsageError } from '../../lib/errors.ts'
import { readEndpoints } from '../environment.ts'
import { readPayload } from './read-payload.ts'

const variables = z.object({
  INGRESS_HOST: z.string().default('127.0.0.1'),
  INGRESS_PORT: port().default(8080),
  INGRESS_SECRET_TOKENS: list().optional().meta(secret),
})

export interface SendOptions {
  url?: string
  source?: string
  resend?: true
}

/** Posts one hook with the first of the secret tokens; resolves to the answer. */
export const send = async (
  payload: string,
  options: SendOptions,
  env: Environment,
): Promise<{ status: number; body: string }> => {
  const { body, headers, isBundled } = await readPayload(payload)
  const endpoints = readEndpoints(env)
  const { INGRESS_HOST, INGRESS_PORT, INGRESS_SECRET_TOKENS } = readVariables(variables, env)
  const host = INGRESS_HOST === '0.0.0.0' ? '127.0.0.1' : INGRESS_HOST
  const url = `${options.url ?? endpoints?.hook_url ?? `http://${host}:${INGRESS_PORT}/hooks`}${options.source === undefined ? '' : `/${options.source}`}`
  const token = INGRESS_SECRET_TOKENS?.[0] ?? endpoints?.secret_token
  if (token === undefined || token === null)
    throw new UsageError('no secret token: start the local stack (npm start), or set INGRESS_SECRET_TOKENS')

  const id = randomUUID()
  const sent = new Headers(headers)
  sent.set('content-type', 'application/json')
  sent.set('x-gitlab-token', token)
  // Every sample is a new hook, unless it is meant to be the same again.
  if (isBundled && options.resend === undefined)
    for (const name of ['webhook-id', 'idempotency-key']) sent.set(name, id)
  const response = await fetch(url, { method: 'POST', headers: sent, body: new Uint8Array(body) }).catch(
    (error: Error) => {
      throw new UsageError(`${url} does not answer: ${messageOf(error.cause ?? error)}`)
    },
  )
  return { status: response.status, body: await response.text() }
}
