import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Environment } from '../../../lib/config.ts'
import { eventually } from '../process/eventually.ts'
import { queryOnce } from '../servers/query-once.ts'
import { type Broken, type PageCase, type Shown, type Sign, signs } from './page-case.ts'
import { type CommandResult, runCommand } from './run-command.ts'
import { fillPlaceholders, type RunbookSection } from './runbook-commands.ts'

/** Generous, because the machine may be busy. A command of *Do* gets one attempt. */
const limitMs = 90_000

/** Declares one test for each case: the symptom, the commands of *Look*, the repair, *Do* and *Verify*. */
export const testCases = <Stack>(cases: readonly PageCase<Stack>[], stack: Stack): void => {
  for (const each of cases)
    test(`${each.page}: ${each.broken}`, { skip: each.skip ?? false }, async (t) => {
      const broken = await each.breaks(stack, t)
      await runSection(each, 'Look', broken)
      await broken.repair?.()
      await runSection(each, 'Do', broken)
      await broken.restart?.()
      await runSection(each, 'Verify', broken)
    })
}

const runSection = async (each: PageCase<never>, section: RunbookSection, broken: Broken): Promise<void> => {
  for (const [text, entry] of Object.entries(each[section] ?? {})) {
    if ('leftOut' in entry || entry.skip !== undefined) continue
    const attempt = async () => assertShown(await run(text, entry, broken), entry, broken)
    if (section === 'Do') await attempt()
    else await eventually(attempt, limitMs)
  }
}

const assertShown = ({ command, code, output }: CommandResult, entry: Shown, { values = {} }: Broken) => {
  const escaped = Object.entries(values).map(([name, value]) => [name, RegExp.escape(value)])
  const shows = fillPlaceholders(entry.shows.source, Object.fromEntries(escaped))
  assert.match(output, new RegExp(shows, entry.shows.flags), `${command} printed:\n${output}`)
  assert.equal(code, entry.code ?? 0, `${command} printed:\n${output}`)
}

const run = async (text: string, { as = text }: Shown, broken: Broken): Promise<CommandResult> => {
  const command = fillPlaceholders(as, broken.values ?? {})
  if (signs.some((sign) => sign === text))
    return { command, code: 0, output: await look(text as Sign, broken) }
  if (/^(?:select|update) /.test(command)) return { command, code: 0, output: await ask(command, broken.env) }
  return runCommand(command, broken.env)
}

const look = async (sign: Sign, { process }: Broken): Promise<string> => {
  if (process === undefined) throw new Error(`no process answers at ${sign}`)
  const { metricsUrl, log } = process()
  return sign === 'log' ? log() : (await fetch(metricsUrl.replace('/metrics', sign))).text()
}

/** A statement that the page shows. The client of PostgreSQL may not be installed. */
const ask = async (statement: string, { DATABASE_URL = '' }: Environment): Promise<string> =>
  (await queryOnce(DATABASE_URL, statement)).map((row) => JSON.stringify(row)).join('\n')
