import { isOutOfSpace } from '../../lib/disk/out-of-space.ts'
import { RetriableError } from '../../lib/errors.ts'

/** The spool has no room for the hooks. */
export class SpoolFullError extends RetriableError {
  override readonly name: string = 'SpoolFullError'

  constructor() {
    super('the spool is full')
  }
}

/** Whether an append failed because the spool, or its disk, has no room for all of its hooks. */
export const lacksRoom = (error: unknown): boolean =>
  error instanceof SpoolFullError || isOutOfSpace((error as Error).cause)
