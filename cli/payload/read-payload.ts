import { existsSync, readdirSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { UsageError } from '../../lib/errors.ts'

export interface Payload {
  body: Buffer
  headers: [string, string][]
  /** It is a sample of this repository. */
  isBundled: boolean
}

const samples = new URL('../../test/fixtures/', import.meta.url)

/**
 * Reads a file, or the bundled sample with this name. The headers are in a file beside it, named
 * `<name>.headers` or `<name>.json.headers`.
 *
 * @throws UsageError listing the bundled samples
 */
export const readPayload = async (name: string): Promise<Payload> => {
  const found = statSync(name, { throwIfNoEntry: false })
  if (found?.isFile()) return { ...(await readWithHeaders(name)), isBundled: false }
  const sample = fileURLToPath(new URL(`${name}.json`, samples))
  if (/^\w+$/.test(name) && existsSync(sample)) return { ...(await readWithHeaders(sample)), isBundled: true }
  const bundled = readdirSync(samples)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.replace('.json', ''))
  if (found !== undefined) throw new UsageError(`${name} is not a regular file. Name a file with the body.`)
  throw new UsageError(
    `There is no file ${name}, and no bundled sample has that name. The samples are: ${bundled.join(', ')}.`,
  )
}

const readWithHeaders = async (file: string): Promise<Omit<Payload, 'isBundled'>> => {
  const headersFile = [`${file}.headers`, file.replace(/\.json$/, '.headers')].find(
    (path) => path !== file && existsSync(path),
  )
  const lines = headersFile === undefined ? [] : (await readFile(headersFile, 'utf8')).split('\n')
  const headers = lines.flatMap((line): [string, string][] => {
    const colon = line.indexOf(':')
    return colon > 0 ? [[line.slice(0, colon).trim(), line.slice(colon + 1).trim()]] : []
  })
  return { body: await readFile(file), headers }
}
