import { createRequire } from 'node:module'
import type { z } from 'zod'
import { itemsOf } from './config.ts'
import { ConfigError, messageOf } from './errors.ts'
import { readRegularFile } from './read-regular-file.ts'

/** Reads a file of settings that a variable names. Every error names the variable, and never a secret. */
export interface SettingsFile {
  /**
   * Reads the file, which is YAML or JSON.
   *
   * @throws ConfigError naming every field that is missing, wrong or unknown
   */
  read<Shape extends z.ZodType>(path: string, shape: Shape): z.output<Shape>
  /**
   * Reads a file of secrets, one a line, that a field of the settings names.
   *
   * @param field for the error, such as `sources.berlin`
   * @throws ConfigError if the file cannot be read
   */
  readSecrets(field: string, path: string): string[]
  /** An error about this file. @param problem completes a sentence that begins with the variable */
  fault(problem: string): ConfigError
}

/** @param variable the environment variable that names the file, such as `INGRESS_SOURCES_FILE` */
export const settingsFileOf = (variable: string): SettingsFile => {
  const fault = (problem: string) => new ConfigError([{ variable, problem }])
  const readText = (problem: string, path: string): string => {
    try {
      return readRegularFile(path).toString()
    } catch (error) {
      throw fault(`${problem}: ${messageOf(error).split('\n')[0]}`)
    }
  }
  return {
    read: (path, shape) => {
      const { success, data, error } = shape.safeParse(parseYaml(readText('cannot be read', path), fault))
      if (success) return data
      throw fault(error.issues.map((issue) => `${fieldOf(issue)}: ${messageIn(issue)}`).join('; '))
    },
    readSecrets: (field, path) => itemsOf(readText(`${field}: ${path} cannot be read`, path), '\n'),
    fault,
  }
}

const fieldOf = ({ path }: z.core.$ZodIssue): string => path.join('.') || 'the content of the file'

/** Of a wrong key of a record, the message of zod does not say what is wrong with it. */
const messageIn = (issue: z.core.$ZodIssue): string =>
  issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message

/** What to correct, by the code of the parser's error. */
const corrections: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'the key of this line is there twice',
  TAB_AS_INDENT: 'indent the line with spaces, not with a tab',
  MULTIPLE_DOCS: 'the file must hold one document, without a second line ---',
}

/** The usual error: a token that is not quoted. */
const usualCorrection = 'a value that starts with one of * & ! @ % must be quoted'

const require = createRequire(import.meta.url)

/** The errors and warnings of the parser quote the text, which may be a secret. They are never passed on. */
const parseYaml = (text: string, fault: SettingsFile['fault']): unknown => {
  // Loaded with the first file, because most processes read none. It is not `import`, because this function
  // must return at once.
  const { parse } = require('yaml') as typeof import('yaml')
  try {
    return parse(text, { logLevel: 'error' })
  } catch (error) {
    const { linePos: [place] = [], code = '' } = error as { linePos?: { line: number }[]; code?: string }
    const where = place === undefined ? '' : `, line ${place.line}`
    throw fault(`is not valid YAML${where}: ${corrections[code] ?? usualCorrection}`)
  }
}
