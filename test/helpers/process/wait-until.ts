import assert from 'node:assert/strict'
import { eventually } from './eventually.ts'

/** Waits until a condition is true. @throws AssertionError where it is still false after `limitMs` */
export const waitUntil = (condition: () => boolean, limitMs?: number): Promise<void> =>
  eventually(() => assert.ok(condition(), 'the condition did not become true in time'), limitMs)
