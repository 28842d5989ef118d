import type { PathCondition, ReviewerEntry } from './entry.ts'
import { username } from './username.ts'

/** The entries of a page, and a sentence for each template that cannot be used. */
export interface ParsedPage {
  entries: readonly ReviewerEntry[]
  problems: readonly string[]
}

/** A heading, or a template whose parameters hold no other template. */
const parts = /^(={1,6})(.+?)\1[ \t]*$|\{\{\s*[Gg]itlab-mention\s*(\|(?:(?!\{\{|\}\}).)*?)?\s*\}\}/gms

/** What the wiki does not interpret. It may contain braces and bars. */
const literal = /<(nowiki|pre|syntaxhighlight)\b[^>]*>(.*?)<\/\1>/gis

/**
 * Reads a page of MediaWiki on which each heading is a glob of projects, and each template below it is one
 * person: `{{Gitlab-mention|<user name>|file_regexp=<nowiki>…</nowiki>|match_all_files}}`. In a heading, as
 * on the page of Wikimedia, one asterisk stands for any text.
 */
export const parseWikiPage = (wikitext: string): ParsedPage => {
  const literals: string[] = []
  const text = wikitext.replaceAll(/<!--.*?-->/gs, '').replaceAll(literal, (_, __, content: string) => {
    literals.push(content)
    return `\uE000${literals.length - 1}\uE000`
  })
  const restored = (part: string) =>
    part.replaceAll(/\uE000(\d+)\uE000/g, (_, index: string) => literals[Number(index)] ?? '').trim()

  const entries: ReviewerEntry[] = []
  const problems: string[] = []
  let heading: string | undefined
  for (const [, level, title = '', parameters = ''] of text.matchAll(parts)) {
    if (level !== undefined) {
      heading = title.trim()
      continue
    }
    const entry = entryOf(heading, parametersOf(parameters, restored))
    if (typeof entry === 'string') problems.push(entry)
    else entries.push(entry)
  }
  return { entries, problems }
}

/** `|ada|file_regexp=x` → `1` is ada, and file_regexp is x. */
const parametersOf = (text: string, restored: (part: string) => string): Map<string, string> => {
  const parameters = new Map<string, string>()
  let position = 0
  for (const part of text.split('|').slice(1)) {
    const equals = part.indexOf('=')
    if (equals < 0) position += 1
    const name = equals < 0 ? String(position) : part.slice(0, equals).trim()
    const value = restored(part.slice(equals + 1))
    // A word alone is a switch.
    if (equals < 0 && position > 1) parameters.set(value, '')
    else parameters.set(name, value)
  }
  return parameters
}

const knownParameters = new Set(['1', 'file_regexp', 'match_all_files'])

/** @returns why the template cannot be used, where it cannot */
const entryOf = (
  heading: string | undefined,
  parameters: ReadonlyMap<string, string>,
): ReviewerEntry | string => {
  const name = parameters.get('1') ?? ''
  if (!username.safeParse(name).success) return `"${name.slice(0, 60)}" cannot be mentioned`
  if (heading === undefined) return `${name}: the template is above the first heading`
  const unknown = [...parameters.keys()].find((each) => !knownParameters.has(each))
  if (unknown !== undefined) return `${name}: there is no parameter ${unknown.slice(0, 60)}`
  const paths = conditionOf(parameters)
  if (paths === undefined) return `${name}: file_regexp is not a regular expression`
  return { people: [name], projects: [heading.replaceAll(/\*+/g, '**')], paths }
}

const conditionOf = (parameters: ReadonlyMap<string, string>): PathCondition | undefined => {
  const source = parameters.get('file_regexp')
  if (source === undefined || source === '') return { kind: 'all' }
  try {
    const of = parameters.has('match_all_files') ? 'each' : 'any'
    return { kind: 'pattern', pattern: new RegExp(source, 'is'), of }
  } catch {
    return undefined
  }
}
