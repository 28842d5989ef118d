import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import type { Child } from '../../../local/process/child.ts'
import { eventually } from './eventually.ts'

/**
 * Stops a process until it gets SIGCONT; resolves once all its threads have stopped, which only Linux shows.
 * The kernel stops one thread first. On a busy machine the others may still answer a request after `kill`.
 */
export const freeze = async ({ pid, kill }: Pick<Child, 'pid' | 'kill'>): Promise<void> => {
  kill('SIGSTOP')
  if (!existsSync('/proc/self/task')) return
  await eventually(() => {
    for (const file of globSync(`/proc/${pid}/task/*/status`)) assert.ok(isStopped(file), file)
  })
}

const isStopped = (file: string): boolean => {
  try {
    return /^State:\s+T/m.test(readFileSync(file, 'utf8'))
  } catch {
    return true // The thread has ended.
  }
}
