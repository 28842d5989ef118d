import { z } from 'zod'
import { isSecret, readVariables } from '../../lib/config.ts'
import { ConfigError } from '../../lib/errors.ts'
import { sections } from './sections.ts'

const head = `# Every variable that the bridge reads. \`npm run generate\` writes this file from cli/config/sections.ts.
# Do not edit it.
# A commented line shows the default value; it is empty if there is none.
# A secret can be in a file: set NAME_FILE to the path of the file instead of NAME.
`

/** The text of `.env.example`. Each variable is in it once, under the first section that reads it. */
export const envExample = (): string => {
  const written = new Set<string>()
  const texts = sections.map(({ name, variables }) => {
    const entries = Object.entries(variables.shape).filter(([variable]) => !written.has(variable))
    for (const [variable] of entries) written.add(variable)
    if (entries.length === 0) return ''
    return `\n## ${name}\n${entries.map(([variable, schema]) => entryText(variable, schema)).join('')}`
  })
  return head + texts.join('')
}

const entryText = (variable: string, schema: z.ZodType): string => {
  const value = isSecret(schema) ? '' : defaultOf(variable, schema)
  return `\n${commentOf(schema.description ?? '')}#${variable}=${value}\n`
}

/** The text in comment lines of at most 110 columns. */
const commentOf = (text: string): string => {
  const lines = text.match(/\S.{0,106}\S(?=\s|$)/g) ?? []
  return lines.map((line) => `# ${line}\n`).join('')
}

const defaultOf = (variable: string, schema: z.ZodType): string => {
  try {
    return String(readVariables(z.object({ [variable]: schema }), {})[variable] ?? '')
  } catch (error) {
    if (error instanceof ConfigError) return '' // a required variable has no default
    throw error
  }
}
