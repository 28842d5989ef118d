import type { TestContext } from 'node:test'
import type { Environment } from '../../../lib/config.ts'
import type { RunbookSection } from './runbook-commands.ts'

/** A command that runs, and what it must print. */
export interface Shown {
  /** Placeholders such as `<worker>` stand for their values here, too. */
  shows: RegExp
  /** The exit code that is right. Default: 0. */
  code?: number
  /** What is typed instead: with an address that the page leaves out, or with a shorter time. */
  as?: string
  /** Why the command cannot run on this machine. */
  skip?: string | undefined
}

/** What is wrong with a command for this test, in one clause. Another case may run it. */
export interface LeftOut {
  leftOut: string
}

/**
 * Besides commands, a page tells people to look at a process: `/readyz`, `/livez`, `/metrics` and `log` are
 * what the process of the case answers, and its log.
 */
export const signs = ['/readyz', '/livez', '/metrics', 'log'] as const
export type Sign = (typeof signs)[number]

/** Commands of one section as the page has them, in the order in which they run. */
export type Entries = Readonly<Record<string, Shown | LeftOut>>

/** The process that has the symptom. */
export interface Watched {
  metricsUrl: string
  /** What it has logged so far. */
  log(): string
}

/** A stack that shows the symptom of a page. */
export interface Broken {
  /** The variables of an operator. */
  env: Environment
  /** What placeholders stand for: `<worker>` → `push-author-log`. */
  values?: Readonly<Record<string, string>>
  /** Which process is looked at now. It may be another one after the repair. */
  process?: () => Watched
  /** What people do after *Look* that is no command: start a server, correct a file. */
  repair?: () => Promise<unknown>
  /** What people do after the commands of *Do*: start the worker again. */
  restart?: () => Promise<unknown>
}

/** One way to bring about the symptom of a page, and what the commands of the page then show. */
export interface PageCase<Stack> extends Partial<Readonly<Record<RunbookSection, Entries>>> {
  /** Without `.md`. */
  page: string
  /** How the stack is broken, in one sentence. */
  broken: string
  /** Breaks the stack, and waits until the symptom is there. */
  breaks(stack: Stack, t: TestContext): Promise<Broken>
  /** Why the case cannot run on this machine. */
  skip?: string | undefined
}
