import { z } from 'zod'
import type { Reading } from '../../lib/disk/watch-files.ts'
import { messageOf } from '../../lib/errors.ts'
import { instanceUrl } from '../../lib/instance-url.ts'
import { settingsFileOf } from '../../lib/settings-file.ts'
import type { GitlabInstance } from './gitlab-instance.ts'
import { readCertificates } from './read-certificates.ts'
import { gitlabToken, gitlabUrl } from './variables.ts'

const path = z.string().refine((text) => text.trim() !== '', 'is blank')

const settingsShape = z.strictObject({
  url: gitlabUrl.optional(),
  token_file: path,
  worker_token_files: z.record(z.string(), path).default({}),
  ca_file: path.optional(),
})

type InstanceSettings = z.output<typeof settingsShape>

/** The settings by the URL of an instance. Two spellings of one URL are an error: their tokens may differ. */
const byInstance = (given: Readonly<Record<string, InstanceSettings>>, context: z.RefinementCtx) => {
  const instances = new Map<string, InstanceSettings>()
  for (const [name, settings] of Object.entries(given)) {
    const { data, error } = instanceUrl.safeParse(name)
    const problem = error?.issues[0]?.message ?? 'names a GitLab that another entry names, too'
    if (data === undefined || instances.has(data))
      context.addIssue({ code: 'custom', path: [name], message: problem })
    else instances.set(data, settings)
  }
  return instances
}

const fileShape = z.strictObject({
  instances: z
    .record(z.string(), settingsShape)
    .refine((instances) => Object.keys(instances).length > 0, 'names no instance')
    .transform(byInstance),
})

const file = settingsFileOf('GITLAB_API_FILE')

/**
 * Reads several instances from a YAML file, and their tokens from the files that it names.
 *
 * @param worker its name, in kebab-case. Its own token comes before that of the instance
 * @param workers the names that `worker_token_files` may have; undefined where they are not known
 * @returns the instances, and every file that was read
 * @throws ConfigError that names GITLAB_API_FILE and the field, never a token
 */
export const readInstancesFile = (
  worker: string,
  name: string,
  workers?: readonly string[],
): Reading<readonly GitlabInstance[]> => {
  const { instances } = file.read(name, fileShape)
  if (workers !== undefined) refuseUnknownWorkers(instances, workers)
  const readings = [...instances].map(([instance, settings]) => readInstance(worker, instance, settings))
  return {
    value: readings.map(({ value }) => value),
    files: [name, ...readings.flatMap(({ files }) => files)],
  }
}

/** With a misspelled name, the worker would use the token of the instance, which may do more than its own. */
const refuseUnknownWorkers = (
  instances: ReadonlyMap<string, InstanceSettings>,
  workers: readonly string[],
): void => {
  for (const [instance, { worker_token_files }] of instances)
    for (const name of Object.keys(worker_token_files))
      if (!workers.includes(name))
        throw file.fault(
          `instances.${instance}.worker_token_files.${name}: no worker of this name calls the API of ` +
            `GitLab. Use names of: ${workers.join(', ')}`,
        )
}

const readInstance = (
  worker: string,
  instance: string,
  { url = instance, token_file, worker_token_files, ca_file }: InstanceSettings,
): Reading<GitlabInstance> => {
  const own = worker_token_files[worker]
  const field = `instances.${instance}.${own === undefined ? 'token_file' : `worker_token_files.${worker}`}`
  const tokenFile = own ?? token_file
  const token = readToken(field, tokenFile)
  const ca = readCa(`instances.${instance}.ca_file`, ca_file)
  const files = [tokenFile, ...(ca_file === undefined ? [] : [ca_file])]
  return { value: { instance, url, token, ca, tokenSetting: `GITLAB_API_FILE (${field})` }, files }
}

const readToken = (field: string, tokenFile: string): string => {
  const [token, ...more] = file.readSecrets(field, tokenFile)
  if (token === undefined) throw file.fault(`${field}: ${tokenFile} holds no token`)
  if (more.length > 0 || !gitlabToken.safeParse(token).success)
    throw file.fault(`${field}: ${tokenFile} must hold one token on one line, without spaces`)
  return token
}

const readCa = (field: string, caFile: string | undefined): string | undefined => {
  if (caFile === undefined) return undefined
  try {
    return readCertificates(caFile)
  } catch (error) {
    throw file.fault(`${field}: ${caFile} cannot be used: ${messageOf(error)}`)
  }
}
