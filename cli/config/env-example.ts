import { z } from 'zod'
import { isSecret, readVariables } from '../../lib/config.ts'
import { ConfigError } from '../../lib/errors.ts'
import { sections } from './sections.ts'

const head = `# Every variable the bridge reads. Made by \`npm run generate\` from cli/config/sections.ts: do not edit.
# What is commented out shows the default, or nothing where there is none. A secret may come from a file: NAME_FILE instead of NAME.
`

/** The text of `.env.example`: every variable once, under the first section that reads it. */
export const envExample = (): string => {
  const told = new Set<string>()
  const texts = sections.map(({ name, variables }) => {
    const fresh = Object.entries(variables.shape).filter(([variable]) => !told.has(variable))
    for (const [variable] of fresh) told.add(variable)
    return fresh.length === 0
      ? ''
      : `\n## ${name}\n${fresh.map(([variable, schema]) => entry(variable, schema)).join('')}`
  })
  return head + texts.join('')
}

const entry = (variable: string, schema: z.ZodType): string => {
  const value = isSecret(schema) ? '' : defaultOf(variable, schema)
  return `\n# ${schema.description ?? ''}\n#${variable}=${value}\n`
}

const defaultOf = (variable: string, schema: z.ZodType): string => {
  try {
    return String(readVariables(z.object({ [variable]: schema }), {})[variable] ?? '')
  } catch (error) {
    if (error instanceof ConfigError) return '' // required: there is no default
    throw error
  }
}
