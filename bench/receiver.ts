import type { Environment } from '../lib/config.ts'
import type { Case } from './plan.ts'

/** A program that receives hooks, and how to start it. */
export interface Receiver {
  name: ReceiverName
  /** The name in the table, Markdown. */
  title: string
  command: string
  args(port: number): readonly string[]
  /** @param folder where the receiver may keep files */
  env(port: number, folder: string): Environment
  /** The status of its answer to a hook that it has kept. */
  status: number
  /** Whether it is measured under this load. */
  takes(load: Case): boolean
}

export type ReceiverName = 'ours' | 'baseline' | 'express' | 'flask' | 'stages' | 'no-kafka' | 'spool'

export const secretToken = 'not-a-real-token'
