import { statSync } from 'node:fs'
import { itemsOf } from '../../../lib/config.ts'
import { messageOf } from '../../../lib/errors.ts'
import { readRegularFile } from '../../../lib/read-regular-file.ts'
import { type Destination, type DestinationSettings, secretFields } from './destination.ts'
import type { FaultAt } from './parse-routes.ts'

interface DestinationReading {
  value: Destination
  files: readonly string[]
  warnings: readonly string[]
}

/**
 * Reads the secrets of a destination from its fields or from the files that they name.
 *
 * @throws ConfigError naming the field, never a secret
 */
export const readDestination = (
  name: string,
  settings: DestinationSettings,
  faultAt: FaultAt,
): DestinationReading => {
  const at = (field: string, problem: string) => faultAt(['destinations', name, field], problem)
  const fields = settings as Readonly<Record<string, unknown>>
  const files: string[] = []
  const readFile = (field: string, file: string): string => {
    try {
      files.push(file)
      return readRegularFile(file).toString()
    } catch (error) {
      throw at(field, `${file} cannot be read: ${messageOf(error).split('\n')[0]}`)
    }
  }
  const readSecret = (field: string, file: string): string => {
    const [secret, ...more] = itemsOf(readFile(field, file), '\n')
    if (secret === undefined || more.length > 0) throw at(field, `${file} must hold one secret on one line`)
    return secret
  }
  const secrets: Record<string, string> = {}
  for (const field of secretFields) {
    const [inline, file] = [fields[field], fields[`${field}_file`]]
    if (inline !== undefined && file !== undefined) throw at(field, `has no effect beside ${field}_file`)
    if (typeof file === 'string') secrets[field] = readSecret(`${field}_file`, file)
    else if (typeof inline === 'string') secrets[field] = inline
  }
  const url = secrets.url
  if (url === undefined) throw at('url', 'is missing: give url or url_file')
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw at('url_file', 'the file must hold a URL that begins with https:// or http://')
  for (const demand of demandsOf(settings, secrets)) throw at(demand.field, demand.problem)
  const { headers, header_files } = 'headers' in settings ? settings : { headers: {}, header_files: {} }
  const fromFiles = Object.entries(header_files).map(
    ([header, file]) => [header, readSecret('header_files', file)] as const,
  )
  const ca = settings.ca_file === undefined ? {} : { ca: readFile('ca_file', settings.ca_file) }
  const given = [...Object.entries(headers), ...fromFiles]
  // Two headers that differ in case only would both be sent.
  const allHeaders = Object.fromEntries(given.map(([header, value]) => [header.toLowerCase(), value]))
  return {
    value: { ...settings, ...secrets, ...ca, name, url, allHeaders } as Destination,
    files,
    warnings: [],
  }
}

interface Demand {
  field: string
  problem: string
}

const needToken: ReadonlySet<string> = new Set(['matrix', 'phabricator', 'jira', 'gitlab'])

const demandsOf = ({ type }: DestinationSettings, secrets: Readonly<Record<string, string>>): Demand[] => {
  if (needToken.has(type) && secrets.token === undefined)
    return [{ field: 'token', problem: 'is missing: give token or token_file' }]
  if (type !== 'forward') return []
  const { token, signing_secret: key } = secrets
  if ((token === undefined) === (key === undefined))
    return [{ field: 'token', problem: 'give either token or signing_secret (or a file of one of them)' }]
  const isKey = key === undefined || /^whsec_[A-Za-z0-9+/]{32,}={0,2}$/.test(key)
  return isKey ? [] : [{ field: 'signing_secret', problem: 'must be whsec_ and at least 24 bytes in base64' }]
}

/** Whether other users of the machine can read a file, such as one with inline secrets. */
export const isReadableByOthers = (file: string): boolean => {
  try {
    return (statSync(file).mode & 0o044) !== 0
  } catch {
    return false
  }
}
