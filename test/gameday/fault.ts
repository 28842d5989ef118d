import type { Environment } from '../../lib/config.ts'
import type { GameStack } from './stack/game-stack.ts'

/** What runbook commands need to know, as an operator would find it out: `<worker>` → `push-author-log`. */
export type Placeholders = Readonly<Record<string, string>>

/** A stack that is broken. */
export interface Broken {
  /** Ends the fault. Resolves when the cause is gone; the alerts may still fire. */
  mend(): Promise<void>
  /** Waits until people notice the fault. The commands of the runbook run after that. */
  untilVisible?(): Promise<void>
  /** Variables of the broken process, with which the operator runs the commands. */
  operatorEnv?: Environment
}

/** One way to break the running stack. */
export interface Fault {
  /** For `--only`. */
  name: string
  /** What is done, in one sentence. */
  title: string
  /** The alerts that must page, in any order. One cause pages once, so there is usually one. */
  pages: readonly string[]
  /** Other alerts that are allowed to page, and why. */
  mayPage?: Readonly<Record<string, string>>
  /** Alerts that must fire and be suppressed by the page, so that nobody is woken twice. */
  suppresses?: readonly string[]
  /**
   * After how long the last of the pages must have fired at the latest, as Prometheus writes it and in the
   * time of production: the time in the expression and `for` together.
   */
  within: string
  /** After how long nothing may fire any more. Default: two hours, in the time of production. */
  resolvesWithin?: string
  /** Breaks the stack. */
  inject(stack: GameStack): Promise<Broken>
  /** What the placeholders of the commands of the runbook stand for. Asked before each command. */
  placeholders?(stack: GameStack): Promise<Placeholders> | Placeholders
  /** Exit codes other than 0 that are right while the stack is broken: the beginning of a command → code. */
  exitCodes?: Readonly<Record<string, number>>
  /** Commands of the section *Do* that are not run here: their beginning, and why. */
  leftOut?: Readonly<Record<string, string>>
}
