/**
 * Finds the lines that can match a question without parsing all lines. A line that contains none of the texts
 * does not match; a line that contains one of them has to be parsed.
 */
export interface LineFilter {
  texts: readonly Buffer[]
  /** The same question for the index of a compressed file, see `keysOf`. */
  keys: readonly string[]
}

/** The names under which the index of a compressed file lists a line. */
export type KeyName = 'project' | 'user'

export const keyOf = (name: KeyName, value: string | number): string => `${name} ${value}`

/** All keys of a line: project id and path, and id, user name and name of the user. */
export const keysOf = (line: {
  project_id: number
  project_path: string | null
  user_id: number | null
  user_username: string | null
  user_name: string | null
}): string[] => {
  const projects = [line.project_id, line.project_path].filter((value) => value !== null)
  const users = [line.user_id, line.user_username, line.user_name].filter((value) => value !== null)
  return [...projects.map((value) => keyOf('project', value)), ...users.map((value) => keyOf('user', value))]
}

/**
 * The filter for lines of one of these projects or users.
 *
 * @param values ids, paths or names
 * @returns undefined if the values have no text that every writer of JSON writes alike
 */
export const filterFor = (name: KeyName, values: readonly string[]): LineFilter | undefined => {
  const texts = values.flatMap((value) => textsOf(name, value))
  if (values.length > maxTexts || texts.includes(undefined)) return undefined
  return {
    texts: texts.map((text) => Buffer.from(String(text))),
    keys: values.map((value) => keyOf(name, value)),
  }
}

/** With more texts, it is faster to parse every line. */
const maxTexts = 4

const textsOf = (name: KeyName, value: string): (string | undefined)[] => {
  const run = plainRunOf(value)
  if (!/^\d+$/.test(value)) return [run]
  const ids = [`"${name}_id":${value},`, `"${name}_id": ${value},`]
  return name === 'project' ? ids : [...ids, `"${value}"`]
}

/**
 * The longest part of a value that needs no escape in JSON, with the quote before or after it where the value
 * begins or ends with it: so `a/b` does not find `a/b-2`. Other programs may escape what is not ASCII.
 *
 * @returns undefined if it is too short to be rare
 */
const plainRunOf = (value: string): string | undefined => {
  const runs = value.split(/[^ !#$%()*+,./0-9:;=?@A-Z[\]^_`a-z{|}~-]/)
  const longest = runs.reduce((best, run, at) => (run.length > (runs[best]?.length ?? 0) ? at : best), 0)
  const run = runs[longest] ?? ''
  if (run.length < 2) return undefined
  return `${longest === 0 ? '"' : ''}${run}${longest === runs.length - 1 ? '"' : ''}`
}
