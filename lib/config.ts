import { z } from 'zod'
import { readDatabaseUrl } from './database-url.ts'
import { longestDurationDays } from './duration.ts'
import { ConfigError, type ConfigFault, messageOf } from './errors.ts'
import { problemOf } from './problem-of.ts'
import { readRegularFile } from './read-regular-file.ts'
import { notSet } from './settings-sentence.ts'

/** Environment variables, not validated yet. */
export type Environment = Readonly<Record<string, string | undefined>>

/** A group of variables that are read together: a zod object whose keys are the names of the variables. */
export type Variables = z.ZodObject<Readonly<Record<string, z.ZodType>>>

/**
 * Marks a variable whose value is never printed and which can also be set by a file (`NAME_FILE`). It must be
 * the last call: `.meta(secret)`.
 */
export const secret = { secret: true } as const

/**
 * Marks a variable that takes the value of another variable if it is not set. It must be the last call:
 * `.meta({ ...secret, ...fallback('NAME') })`.
 */
export const fallback = (variable: string) => ({ fallback: variable })

/** The folder in which every process of this machine stores its files. */
export const dataFolder = () =>
  z.string().default('.bridge').describe('Folder in which the bridge stores its files on this machine.')

/** Whether a variable's value must never be printed. */
export const isSecret = (variable: z.ZodType): boolean => variable.meta()?.secret === true

/** `1`, `true`, `yes`, `on` or their opposites. */
export const flag = () => z.stringbool()

/** A TCP port; 0 stands for any free port. */
export const port = () => z.coerce.number().int().min(0).max(65535)

const maxSeconds = longestDurationDays * 24 * 60 * 60

/** A duration in seconds, at most 24 days. */
export const seconds = () => z.coerce.number().max(maxSeconds)

/** A whole number of things, from 1 to a thousand million. */
export const count = () => z.coerce.number().int().min(1).max(1e9)

/** A number of bytes. */
export const byteSize = () => z.coerce.number().int().min(1)

/** The URL of a PostgreSQL database. The files that it names are read, to find out whether they can be. */
export const databaseUrl = () =>
  z
    .url({
      protocol: /^postgres(ql)?$/,
      error:
        'must be a URL such as postgres://user:password@host:5432/database, ' +
        'with %23 for # and %2F for / in a password',
      abort: true,
    })
    .superRefine((url, context) => {
      try {
        readDatabaseUrl(url)
      } catch (error) {
        context.addIssue({ code: 'custom', message: messageOf(error) })
      }
    })

/**
 * A comma-separated list. Empty items are dropped. The file of a secret holds one item per line; such an item
 * may contain commas.
 */
export const list = () =>
  z.preprocess((given) => (typeof given === 'string' ? itemsOf(given, ',') : given), z.array(z.string()))

/** The items of a text, without empty ones. */
export const itemsOf = (text: string, separator: ',' | '\n'): string[] =>
  text
    .split(separator)
    .map((item) => item.trim())
    .filter((item) => item !== '')

/**
 * Reads one group of variables. An empty variable counts as not set. A secret that is not set is read from
 * the file that `NAME_FILE` names.
 *
 * @throws ConfigError naming every wrong or missing variable, never a value
 */
export const readVariables = <V extends Variables>(variables: V, env: Environment): z.output<V> => {
  const raw: Record<string, string | string[] | undefined> = {}
  const unreadable = new Map<string, readonly ConfigFault[]>()
  for (const [name, variable] of Object.entries(variables.shape)) {
    try {
      raw[name] = rawValueOf(name, variable, env)
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      unreadable.set(name, error.faults)
    }
  }
  const parsed = variables.safeParse(raw, { error: problemOf })
  if (parsed.success && unreadable.size === 0) return parsed.data
  const wrong = (parsed.error?.issues ?? []).map(({ path: [name, item], message, code }) => {
    const variable = String(name ?? '')
    if (code === 'invalid_type' && raw[variable] === undefined)
      return { variable, problem: notSet, ...alternativeOf(variables.shape[variable]) }
    return { variable, problem: typeof item === 'number' ? `item ${item + 1} ${message}` : message }
  })
  throw new ConfigError([
    ...[...unreadable.values()].flat(),
    ...wrong.filter(({ variable }) => !unreadable.has(variable)),
  ])
}

const alternativeOf = (variable: z.ZodType | undefined): Pick<ConfigFault, 'alternative'> => {
  const { fallback: alternative } = variable?.meta() ?? {}
  return typeof alternative === 'string' ? { alternative } : {}
}

const rawValueOf = (name: string, variable: z.ZodType, env: Environment): string | string[] | undefined => {
  const { fallback: other } = variable.meta() ?? {}
  const names = typeof other === 'string' ? [name, other] : [name]
  for (const each of names) {
    const fileVariable = `${each}_FILE`
    const value = env[each] || (isSecret(variable) ? readSecretFile(fileVariable, variable, env) : undefined)
    if (!value) continue
    demandContent(each, variable, value)
    return value
  }
  return undefined
}

/** A blank text must not be read as the number 0, as a list without items or as a name. */
const demandContent = (name: string, variable: z.ZodType, value: string | string[]): void => {
  if (typeof value !== 'string') return
  const problem =
    value.trim() === ''
      ? 'is blank: give it a value, or remove it'
      : isList(variable) && !isSecret(variable) && itemsOf(value, ',').length === 0
        ? 'has no items: give it a value, or remove it'
        : undefined
  if (problem !== undefined) throw new ConfigError([{ variable: name, problem }])
}

const readSecretFile = (
  name: string,
  variable: z.ZodType,
  env: Environment,
): string | string[] | undefined => {
  const file = env[name]
  if (file === undefined || file === '') return undefined
  try {
    const lines = itemsOf(readRegularFile(file).toString(), '\n')
    if (lines.length === 0) return undefined
    return isList(variable) ? lines : lines.join('\n')
  } catch (error) {
    throw new ConfigError([{ variable: name, problem: `cannot read ${file}: ${messageOf(error)}` }])
  }
}

const isList = (variable: z.ZodType): boolean => variable.safeParse([]).success
