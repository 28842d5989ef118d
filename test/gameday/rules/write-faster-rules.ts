import { readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { parse, stringify } from 'yaml'
import { divideRule, type Rule } from './divide-durations.ts'

interface RuleFile {
  groups: { name: string; rules: Rule[] }[]
}

/** The text of a file of rules with every duration divided. */
export const fasterRules = (text: string, divisor: number): string => {
  const file = parse(text) as RuleFile
  const groups = file.groups.map((group) => ({
    ...group,
    rules: group.rules.map((rule) => divideRule(rule, divisor)),
  }))
  return stringify({ ...file, groups })
}

/**
 * Writes the rules with every duration divided.
 *
 * @param paths files of rules
 * @param folder an existing folder
 * @returns the paths of the new files
 */
export const writeFasterRules = (
  paths: readonly string[],
  folder: string,
  divisor: number,
): Promise<string[]> =>
  Promise.all(
    paths.map(async (path) => {
      const faster = join(folder, basename(path))
      await writeFile(faster, fasterRules(await readFile(path, 'utf8'), divisor))
      return faster
    }),
  )
