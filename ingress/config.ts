import { z } from 'zod'
import { type Environment, list, port, readVariables, secret } from '../lib/config.ts'
import { ConfigError } from '../lib/errors.ts'
import { kafkaVariables } from '../lib/kafka.ts'
import { operationsVariables } from '../lib/operations.ts'
import { registryVariables } from '../lib/registry.ts'

const seconds = (value: number) => z.coerce.number().positive().default(value)

export const ingressVariables = z.object({
  INGRESS_HOST: z.string().default('0.0.0.0').describe('Address on which hooks are received.'),
  INGRESS_PORT: port().default(8080).describe('Port on which hooks are received. 0: any free one.'),
  INGRESS_SECRET_TOKENS: list()
    .default([])
    .describe('Secret tokens of the hooks (X-Gitlab-Token); several during a rotation.')
    .meta(secret),
  INGRESS_SIGNING_TOKENS: list()
    .refine((tokens) => tokens.every((token) => /^whsec_[A-Za-z0-9+/]{16,}={0,2}$/.test(token)), 'every token must be whsec_ and base64')
    .default([])
    .describe('Signing tokens of the hooks (whsec_…, GitLab 19.0 and later); several during a rotation.')
    .meta(secret),
  INGRESS_SIGNATURE_TOLERANCE_SECONDS: seconds(300).describe('How old or early a signed hook may be.'),
  INGRESS_MAX_BODY_BYTES: z.coerce
    .number()
    .int()
    .positive()
    .default(26 * 1024 * 1024)
    .describe('Largest body accepted. GitLab sends at most 25 MiB.'),
  INGRESS_BODY_TIMEOUT_SECONDS: seconds(8).describe('How long a body may take to arrive. GitLab gives up after 10 s.'),
  INGRESS_PUBLISH_DEADLINE_SECONDS: seconds(4).describe('How long a hook waits for the acknowledgement of the brokers.'),
  INGRESS_DRAIN_SECONDS: z.coerce
    .number()
    .min(0)
    .default(5)
    .describe('How long hooks are still accepted after SIGTERM, for load balancers to notice.'),
})

const variables = z.object({
  ...ingressVariables.shape,
  ...operationsVariables(9464).shape,
  ...kafkaVariables.shape,
  ...registryVariables.shape,
})
export type IngressSettings = z.output<typeof variables>

/** @throws ConfigError also where no secret is configured: an open door is never a default */
export const readIngressSettings = (env: Environment): IngressSettings => {
  const settings = readVariables(variables, env)
  if (settings.INGRESS_SECRET_TOKENS.length === 0 && settings.INGRESS_SIGNING_TOKENS.length === 0) {
    const problem = 'is not set, nor is INGRESS_SIGNING_TOKENS: without a secret anybody could post hooks'
    throw new ConfigError([{ variable: 'INGRESS_SECRET_TOKENS', problem }])
  }
  return settings
}
