import type { Environment } from '../../../lib/config.ts'

/** What a worker needs in a test, and what shows its effects. */
export interface EffectHarness {
  env: Environment
  /** What the worker has done so far, each as one text. */
  effects(): Promise<string[]>
  /** How many effects the samples have at least. Default: half as many as there are samples. */
  least?: number
  /** Resolves when nothing is left to do, for a worker that goes on after it has handled its records. */
  settled?(): Promise<void>
}
