import { existsSync, readdirSync, readFileSync } from 'node:fs'
import type { IncomingHttpHeaders } from 'node:http'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A payload with the headers of the file beside it. */
export interface Sample {
  /** The path below its folder, without `.json`. */
  name: string
  body: Buffer
  headers: IncomingHttpHeaders
}

const fixturesFolder = fileURLToPath(new URL('../../fixtures/', import.meta.url))
const corpusFolder = fileURLToPath(new URL('../../../../shared/payloads/', import.meta.url))

const readSamples = (folder: string): Sample[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => {
      const path = `${folder}/${file}`
      return {
        name: relative('.', file).replace(/\.json$/, ''),
        body: readFileSync(path),
        headers: headersBeside(path),
      }
    })

const headersBeside = (path: string): IncomingHttpHeaders => {
  const beside = [`${path}.headers`, path.replace(/\.json$/, '.headers')].find((file) => existsSync(file))
  if (beside === undefined) return {}
  const lines = readFileSync(beside, 'utf8').split('\n')
  return Object.fromEntries(
    lines
      .filter((line) => line.includes(':'))
      .map((line) => [
        line.slice(0, line.indexOf(':')).toLowerCase(),
        line.slice(line.indexOf(':') + 1).trim(),
      ]),
  )
}

/** Our own payloads, in GitLab's shape. */
export const fixtures: readonly Sample[] = readSamples(fixturesFolder)

/** Payloads of GitLab's documentation. A user's clone has none. */
export const corpus: readonly Sample[] = existsSync(corpusFolder) ? readSamples(corpusFolder) : []

export const fixture = (name: string): Sample => {
  const found = fixtures.find((sample) => sample.name === name)
  if (found === undefined) throw new Error(`no fixture ${name}`)
  return found
}
