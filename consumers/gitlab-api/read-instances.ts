import { type Environment, readVariables } from '../../lib/config.ts'
import type { Reading } from '../../lib/disk/watch-files.ts'
import { ConfigError, messageOf } from '../../lib/errors.ts'
import { readRegularFile } from '../../lib/read-regular-file.ts'
import type { GitlabInstance } from './gitlab-instance.ts'
import { readInstancesFile } from './instances-file.ts'
import { readCertificates } from './read-certificates.ts'
import { gitlabApiVariablesOf, workerTokenVariable } from './variables.ts'

/**
 * Reads the instances whose API a worker may call, and their tokens. Without a token there is none.
 *
 * @param worker its name, in kebab-case
 * @param workers the names of all workers that call GitLab; undefined where they are not known
 * @returns the instances, and every file that was read
 * @throws ConfigError naming every variable or field at fault, never a token
 */
export const readInstances = (
  worker: string,
  env: Environment,
  workers?: readonly string[],
): Reading<readonly GitlabInstance[]> => {
  const settings = readVariables(gitlabApiVariablesOf(worker), env)
  const tokenVariable = workerTokenVariable(worker)
  const { GITLAB_API_URL: url, GITLAB_API_FILE: file, GITLAB_API_CA_FILE: caFile } = settings
  const names = [tokenVariable, 'GITLAB_API_TOKEN']
  if (file !== undefined) {
    demandNothingElse(env, ['GITLAB_API_URL', 'GITLAB_API_CA_FILE', ...names])
    return readInstancesFile(worker, file, workers)
  }
  demandContentOfFiles(env, names)
  const token = (settings as Readonly<Record<string, string | undefined>>)[tokenVariable]
  if (token === undefined) return { value: [], files: [] }
  if (url === undefined) throw fault('GITLAB_API_URL', `is not set, but a token for it is (${tokenVariable})`)
  const tokenSetting = names.find((name) => isSet(env, name)) ?? tokenVariable
  const instance = { instance: new URL(url).origin, url, token, tokenSetting, ca: readCa(caFile) }
  const files = [...names.map((name) => env[`${name}_FILE`]), caFile]
  return { value: [instance], files: files.flatMap((each) => each || []) }
}

const readCa = (file: string | undefined): string | undefined => {
  if (file === undefined) return undefined
  try {
    return readCertificates(file)
  } catch (error) {
    throw fault('GITLAB_API_CA_FILE', `${file} cannot be used: ${messageOf(error)}`)
  }
}

const isSet = (env: Environment, name: string): boolean => Boolean(env[name] || env[`${name}_FILE`])

const demandNothingElse = (env: Environment, names: readonly string[]): void => {
  const faults = names
    .filter((name) => isSet(env, name))
    .map((name) => ({ variable: name, problem: 'has no effect beside GITLAB_API_FILE: remove one of them' }))
  if (faults.length > 0) throw new ConfigError(faults)
}

/** A file that is emptied during a rotation must not mean the same as no token. */
const demandContentOfFiles = (env: Environment, names: readonly string[]): void => {
  const faults = names
    .map((name) => `${name}_FILE`)
    .filter((variable) => env[variable] && readRegularFile(env[variable]).toString().trim() === '')
    .map((variable) => ({ variable, problem: 'names a file that holds no token' }))
  if (faults.length > 0) throw new ConfigError(faults)
}

const fault = (variable: string, problem: string) => new ConfigError([{ variable, problem }])
