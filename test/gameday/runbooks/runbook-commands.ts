import { readPage } from '../../helpers/records/markdown.ts'

/** The sections of a runbook that contain commands. */
export type RunbookSection = 'Look' | 'Do'

/** A command that a runbook tells an operator to run. */
export interface RunbookCommand {
  /** The page, without `.md`. */
  page: string
  section: RunbookSection
  /** As the page has it, with placeholders such as `<worker>`. */
  text: string
}

/** The programs that a test can run. Kafka's own tools are not in the embedded stack. */
const runnable = /^(?:bridge [a-z]|openssl |promtool |psql |curl )/

/** The commands of a page, in the order of the page and each once for each section. */
export const runbookCommands = (page: string): RunbookCommand[] =>
  commandsIn(page, readPage(`docs/runbooks/${page}.md`))

/** @param page the name of the page @param markdown its text */
export const commandsIn = (page: string, markdown: string): RunbookCommand[] => {
  const sections = markdown.split(/^## /m).slice(1)
  return sections.flatMap((text) => {
    const section = text.split('\n', 1)[0]?.trim()
    if (section !== 'Look' && section !== 'Do') return []
    const codes = [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code.replaceAll(/\s+/g, ' '))
    const commands = new Set(codes.filter((code) => runnable.test(code)))
    return [...commands].map((command) => ({ page, section, text: command }))
  })
}

/** @throws Error if a placeholder has no value */
export const fillPlaceholders = (command: string, values: Readonly<Record<string, string>>): string =>
  command.replaceAll(/<([^<>]+)>/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`${command}: nobody says what <${name}> is`)
    return value
  })
