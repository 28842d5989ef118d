import { z } from 'zod'
import { fallback, secret } from '../../lib/config.ts'

const isBaseUrl = (text: string): boolean => {
  if (!URL.canParse(text)) return false
  const { protocol, username, password, pathname, search, hash } = new URL(text)
  const isPlain = /^https?:$/.test(protocol) && username + password + search + hash === ''
  return isPlain && !/\/api(\/v\d+)?\/?$/.test(pathname)
}

/** The base URL of a GitLab, without `/api/v4`. It may have a path. The result does not end with a slash. */
export const gitlabUrl = z
  .string()
  .refine(isBaseUrl, 'must be the URL of GitLab such as https://gitlab.example.com, without /api/v4')
  .transform((text) => new URL(text).href.replace(/\/+$/, ''))

/** A token goes into a header, so it is one line of visible ASCII characters. */
export const gitlabToken = z.string().regex(/^[\x21-\x7e]+$/, 'must be one token on one line, without spaces')

const optionalText = () => z.string().optional()

/** The variables of GitLab's API that all workers share. */
export const gitlabApiVariables = z.object({
  GITLAB_API_URL: gitlabUrl
    .optional()
    .describe('URL of the GitLab whose API the workers call, without /api/v4. Unset: the API is not called.'),
  GITLAB_API_TOKEN: gitlabToken
    .optional()
    .describe('Access token of a bot for that API. docs/gitlab-tokens.md says which scope each worker needs.')
    .meta(secret),
  GITLAB_API_CA_FILE: optionalText().describe(
    'Certificate authority of that GitLab, PEM, in addition to the public ones.',
  ),
  GITLAB_API_FILE: optionalText().describe(
    'YAML file of several GitLab instances, each with URL and token file, instead of GITLAB_API_URL.',
  ),
})

/** The name of the variable with which one worker gets a token of its own. */
export const workerTokenVariable = (worker: string): string =>
  `${worker.replaceAll('-', '_').toUpperCase()}_GITLAB_API_TOKEN`

/** The variables of GitLab's API that one worker reads. @param worker its name, in kebab-case */
export const gitlabApiVariablesOf = (worker: string) => {
  const { GITLAB_API_TOKEN: _, ...shared } = gitlabApiVariables.shape
  return z.object({ ...shared, ...workerTokenShape(worker) })
}

const workerTokenShape = (worker: string): Readonly<Record<string, z.ZodOptional<z.ZodString>>> => ({
  [workerTokenVariable(worker)]: gitlabToken
    .optional()
    .describe(`Access token for GitLab's API that only ${worker} uses. Default: GITLAB_API_TOKEN.`)
    .meta({ ...secret, ...fallback('GITLAB_API_TOKEN') }),
})
