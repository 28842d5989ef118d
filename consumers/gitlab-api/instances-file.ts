import { z } from 'zod'
import type { Reading } from '../../lib/disk/watch-files.ts'
import { messageOf } from '../../lib/errors.ts'
import { instanceUrl } from '../../lib/instance-url.ts'
import { settingsFileOf } from '../../lib/settings-file.ts'
import type { GitlabInstance } from './gitlab-instance.ts'
import { readCertificates } from './read-certificates.ts'
import { gitlabToken, gitlabUrl } from './variables.ts'

const path = z.string().refine((text) => text.trim() !== '', 'is blank')

const fileShape = z.strictObject({
  instances: z
    .record(
      instanceUrl,
      z.strictObject({
        url: gitlabUrl.optional(),
        token_file: path,
        worker_token_files: z.record(z.string(), path).default({}),
        ca_file: path.optional(),
      }),
    )
    .refine((instances) => Object.keys(instances).length > 0, 'names no instance'),
})

type InstanceSettings = z.output<typeof fileShape>['instances'][string]

const file = settingsFileOf('GITLAB_API_FILE')

/**
 * Reads several instances from a YAML file, and their tokens from the files that it names.
 *
 * @param worker its name, in kebab-case. Its own token comes before that of the instance
 * @returns the instances, and every file that was read
 * @throws ConfigError that names GITLAB_API_FILE and the field, never a token
 */
export const readInstancesFile = (worker: string, name: string): Reading<readonly GitlabInstance[]> => {
  const readings = Object.entries(file.read(name, fileShape).instances).map(([instance, settings]) =>
    readInstance(worker, instance, settings),
  )
  return {
    value: readings.map(({ value }) => value),
    files: [name, ...readings.flatMap(({ files }) => files)],
  }
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
