import { isScalar, LineCounter, parseDocument, visit } from 'yaml'
import type { z } from 'zod'
import { ConfigError, messageOf } from '../../../lib/errors.ts'
import { readRegularFile } from '../../../lib/read-regular-file.ts'
import { type RoutesSettings, routesShape } from './routes-shape.ts'

type Path = readonly PropertyKey[]

/** An error about one field of the file. `problem` completes a sentence that begins with the field. */
export type FaultAt = (path: Path, problem: string) => ConfigError

export interface ParsedRoutes {
  settings: RoutesSettings
  /** The fields that each route gives, without those that have their default. */
  givenFields: readonly (readonly string[])[]
  faultAt: FaultAt
}

/**
 * Reads and checks the file of routes.
 *
 * @throws ConfigError naming ROUTES_FILE, and the line and the field of every fault, never a value
 */
export const parseRoutes = (path: string): ParsedRoutes => {
  const lines = new LineCounter()
  const document = parseDocument(readText(path), { lineCounter: lines, logLevel: 'error' })
  const [wrong] = document.errors
  // The message of the parser quotes the text, which may be a secret.
  if (wrong !== undefined)
    throw fault(
      `has a fault: ${path}, line ${wrong.linePos?.[0].line ?? '?'}: is not valid YAML (${wrong.code})`,
    )
  const refused = refusedIn(document)
  if (refused !== undefined) throw fault(`has a fault: ${path}: ${refused}`)

  const lineOf = (at: Path): number | undefined => {
    for (let length = at.length; length >= 0; length--) {
      const node = document.getIn(at.slice(0, length), true) as { range?: [number] } | undefined
      if (node?.range !== undefined) return lines.linePos(node.range[0]).line
    }
    return undefined
  }
  const sentence = (at: Path, problem: string) =>
    `${path}, line ${lineOf(at) ?? 1}: ${at.map(String).join('.') || 'the file'}: ${problem}`

  const parsed = routesShape.safeParse(document.toJS() ?? {})
  if (!parsed.success)
    throw faultIn(parsed.error.issues.map((issue) => sentence(placeOf(issue), problemOf(issue))))
  const { routes = [] } = document.toJS() as { routes?: object[] }
  return {
    settings: parsed.data,
    givenFields: routes.map((route) => Object.keys(route)),
    faultAt: (at, problem) => faultIn([sentence(at, problem)]),
  }
}

const fault = (problem: string) => new ConfigError([{ variable: 'ROUTES_FILE', problem }])

const faultIn = (sentences: readonly string[]) => fault(`has a fault: ${sentences.join('; ')}`)

const readText = (path: string): string => {
  try {
    return readRegularFile(path).toString()
  } catch (error) {
    throw fault(`cannot be read: ${messageOf(error).split('\n')[0]}`)
  }
}

/** An alias can make a small file into a huge one. What stands under `__proto__` would be left out. */
const refusedIn = (document: Parameters<typeof visit>[0]): string | undefined => {
  let problem: string | undefined
  visit(document, {
    Alias: () => {
      problem = 'aliases (*name) are not allowed'
      return visit.BREAK
    },
    Pair: (_, { key }) => {
      if (!isScalar(key) || key.value !== '__proto__') return
      problem = '__proto__ is not allowed as a key'
      return visit.BREAK
    },
  })
  return problem
}

/** Of an unknown key, the place is the key itself, so that the error names its line. */
const placeOf = (issue: z.core.$ZodIssue): Path =>
  issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path

const problemOf = (issue: z.core.$ZodIssue): string => {
  if (issue.code === 'unrecognized_keys') return 'there is no such key'
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? issue.message
  if (issue.code === 'invalid_union' && issue.path.at(-1) === 'type') return 'there is no such type'
  return issue.message
}
