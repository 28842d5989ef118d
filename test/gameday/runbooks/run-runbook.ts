import type { Environment } from '../../../lib/config.ts'
import { runCommand } from '../../helpers/runbooks/run-command.ts'
import {
  fillPlaceholders,
  type RunbookSection,
  runbookCommands,
} from '../../helpers/runbooks/runbook-commands.ts'
import type { Fault } from '../fault.ts'
import type { GameStack } from '../stack/game-stack.ts'

/** What running the commands of a page gave. */
export interface RunbookResult {
  /** The commands that ran, with their exit codes. */
  ran: string[]
  /** What is wrong: an unexpected exit code, and what the command printed. */
  faults: string[]
}

/** Which commands to run, and with which variables. */
interface SectionToRun {
  /** Without `.md`. */
  page: string
  section: RunbookSection
  env: Environment
}

/** The programs that the game day runs. */
const runnable = /^(?:bridge|openssl|promtool|curl) /

/** Runs the commands of one section of a runbook on the broken stack. */
export const runRunbook = async (
  fault: Fault,
  stack: GameStack,
  { page, section, env }: SectionToRun,
): Promise<RunbookResult> => {
  const result: RunbookResult = { ran: [], faults: [] }
  const leftOut = Object.keys(fault.leftOut ?? {})
  for (const { text } of runbookCommands(page).filter((each) => each.section === section)) {
    if (!runnable.test(text) || leftOut.some((beginning) => text.startsWith(beginning))) continue
    // A command may change them: a dead letter that is redriven and comes back has another key.
    const values = (await fault.placeholders?.(stack)) ?? {}
    const { code, output } = await runCommand(fillPlaceholders(text, values), env)
    const expected = exitCodeOf(text, fault.exitCodes ?? {})
    result.ran.push(`\`${text}\` (${code})`)
    if (code !== expected)
      result.faults.push(`${text} ended with ${code ?? 'no answer'} instead of ${expected}:\n${output}`)
  }
  return result
}

/** The longest beginning of the command decides. */
const exitCodeOf = (command: string, codes: Readonly<Record<string, number>>): number => {
  const [longest] = Object.keys(codes)
    .filter((beginning) => command.startsWith(beginning))
    .sort((a, b) => b.length - a.length)
  return longest === undefined ? 0 : (codes[longest] ?? 0)
}
