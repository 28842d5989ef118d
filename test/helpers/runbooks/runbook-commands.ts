import { readPage } from '../records/markdown.ts'

/** The sections of a runbook that contain commands. */
export type RunbookSection = (typeof runbookSections)[number]
export const runbookSections = ['Look', 'Do', 'Verify'] as const

/** A command that a runbook tells an operator to run. */
export interface RunbookCommand {
  /** The page, without `.md`. */
  page: string
  section: RunbookSection
  /** As the page has it, with placeholders such as `<worker>`. */
  text: string
}

const programs = [
  ...['bridge [a-z]', 'openssl ', 'promtool ', 'psql ', 'curl ', 'select ', 'update ', 'ldapwhoami '],
  ...['kafka-[a-z-]+\\.sh --', 'docker compose [a-z]', 'iostat ', 'ulimit ', 'timedatectl$', 'top$'],
]

/** How the commands of the pages begin. */
const command = new RegExp(`^(?:${programs.join('|')})`)

/** The commands of a page, in the order of the page and each once for each section. */
export const runbookCommands = (page: string): RunbookCommand[] =>
  commandsIn(page, readPage(`docs/runbooks/${page}.md`))

/** @param page the name of the page @param markdown its text */
export const commandsIn = (page: string, markdown: string): RunbookCommand[] => {
  const sections = markdown.split(/^## /m).slice(1)
  return sections.flatMap((content) => {
    const section = content.split('\n', 1)[0]?.trim()
    if (!isSection(section)) return []
    const codes = [...content.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code.replaceAll(/\s+/g, ' '))
    const commands = new Set(codes.filter((code) => command.test(code)))
    return [...commands].map((text) => ({ page, section, text }))
  })
}

const isSection = (name: string | undefined): name is RunbookSection =>
  runbookSections.some((section) => section === name)

/** @throws Error if a placeholder has no value */
export const fillPlaceholders = (command: string, values: Readonly<Record<string, string>>): string =>
  command.replaceAll(/<([^<>]+)>/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`${command}: nobody says what <${name}> is`)
    return value
  })
