import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import type { Child } from '../../../local/process/child.ts'
import { eventually } from './eventually.ts'

/**
 * Stops a process until it gets SIGCONT; resolves once all its threads have stopped. The kernel begins with
 * one thread, so that on a busy machine the others could still answer a request after `kill` has returned.
 */
export const freeze = async ({ pid, kill }: Pick<Child, 'pid' | 'kill'>): Promise<void> => {
  kill('SIGSTOP')
  if (existsSync('/proc/self/task'))
    await eventually(() => {
      for (const file of globSync(`/proc/${pid}/task/*/stat`)) assert.equal(stateIn(file), 'T', file)
    })
}

/** The letter after the name, which may contain spaces and brackets: `T` for a stopped thread. */
const stateIn = (file: string): string | undefined => {
  try {
    return /\) (\w) /.exec(readFileSync(file, 'utf8').split('\n', 1)[0] ?? '')?.[1]
  } catch {
    return 'T' // The thread has ended.
  }
}
