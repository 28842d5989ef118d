import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { ConfigError, messageOf } from './errors.ts'
import { problemOf } from './problem-of.ts'

/** Environment variables as the operating system hands them over. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Variables read together: a zod object whose keys are the names of the variables. */
export type Variables = z.ZodObject<Readonly<Record<string, z.ZodType>>>

/** Marks a variable whose value is never printed, and which `NAME_FILE` may stand in for. Goes last: `.meta(secret)`. */
export const secret = { secret: true } as const

/** Marks a variable that takes the value of another where it is not set itself. Goes last: `.meta({ ...secret, ...fallback('NAME') })`. */
export const fallback = (variable: string) => ({ fallback: variable })

/** Where every process of this machine keeps what it must remember. */
export const dataFolder = () =>
  z.string().default('.bridge').describe('Folder for what the bridge keeps on this machine.')

/** Whether a variable's value must never be printed. */
export const isSecret = (variable: z.ZodType): boolean => variable.meta()?.secret === true

/** `1`, `true`, `yes`, `on` or their opposites. */
export const flag = () => z.stringbool()

/** A TCP port; 0 asks for any free one. */
export const port = () => z.coerce.number().int().min(0).max(65535)

/** A PostgreSQL database. */
export const databaseUrl = () =>
  z.url({
    protocol: /^postgres(ql)?$/,
    error:
      'must be a URL such as postgres://user:password@host:5432/database, with %23 for # and %2F for / in a password',
  })

/** Comma separated; empty items are dropped. A secret's file holds one item a line, which may have commas in it. */
export const list = () =>
  z.preprocess((given) => (typeof given === 'string' ? itemsOf(given, ',') : given), z.array(z.string()))

/** The items of a text, without what is empty. */
export const itemsOf = (text: string, separator: ',' | '\n'): string[] =>
  text
    .split(separator)
    .map((item) => item.trim())
    .filter((item) => item !== '')

/**
 * Reads one group of variables. Unset and empty mean the same; for secrets `NAME_FILE` stands in for `NAME` (one a line).
 *
 * @throws ConfigError naming every variable at fault, never a value
 */
export const readVariables = <V extends Variables>(variables: V, env: Environment): z.output<V> => {
  const given = Object.fromEntries(
    Object.entries(variables.shape).map(([name, variable]) => [name, givenFor(name, variable, env)]),
  )
  const parsed = variables.safeParse(given, { error: problemOf })
  if (parsed.success) return parsed.data
  throw new ConfigError(
    parsed.error.issues.map(({ path: [name, item], message, code }) => {
      const variable = String(name ?? '')
      if (code === 'invalid_type' && given[variable] === undefined) return { variable, problem: 'is not set' }
      return { variable, problem: typeof item === 'number' ? `item ${item + 1} ${message}` : message }
    }),
  )
}

const givenFor = (name: string, variable: z.ZodType, env: Environment): string | string[] | undefined => {
  const { fallback: other } = variable.meta() ?? {}
  const names = typeof other === 'string' ? [name, other] : [name]
  for (const each of names) {
    const given = env[each] || (isSecret(variable) ? fromFile(`${each}_FILE`, variable, env) : undefined)
    if (given) return given
  }
  return undefined
}

const fromFile = (name: string, variable: z.ZodType, env: Environment): string | string[] | undefined => {
  const file = env[name]
  if (file === undefined || file === '') return undefined
  try {
    const lines = itemsOf(readFileSync(file, 'utf8'), '\n')
    if (lines.length === 0) return undefined
    return isList(variable) ? lines : lines.join('\n')
  } catch (error) {
    throw new ConfigError([{ variable: name, problem: `cannot read ${file}: ${messageOf(error)}` }])
  }
}

const isList = (variable: z.ZodType): boolean => variable.safeParse([]).success
