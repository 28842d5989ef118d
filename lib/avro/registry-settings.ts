import { z } from 'zod'
import { secret } from '../config.ts'

export const registryVariables = z.object({
  SCHEMA_REGISTRY_URL: z
    .url({ protocol: /^https?$/, error: 'must be a URL that begins with http: or https:' })
    .refine(
      (url) => !URL.canParse(url) || new URL(url).username + new URL(url).password === '',
      'must not hold a user name or password: they have variables of their own',
    )
    .describe('Confluent-compatible schema registry, with its base path if it has one.'),
  SCHEMA_REGISTRY_USERNAME: z.string().optional().describe('User name at the registry.'),
  SCHEMA_REGISTRY_PASSWORD: z.string().optional().describe('Password at the registry.').meta(secret),
})
export type RegistrySettings = z.output<typeof registryVariables>
