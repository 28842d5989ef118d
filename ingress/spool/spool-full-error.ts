import { RetriableError } from '../../lib/errors.ts'

/** The spool has no room for the hooks. */
export class SpoolFullError extends RetriableError {
  override readonly name: string = 'SpoolFullError'

  constructor() {
    super('the spool is full')
  }
}

/** Whether an append failed because the spool, or its disk, has no room for all of its hooks. */
export const lacksRoom = (error: unknown): boolean => {
  if (error instanceof SpoolFullError) return true
  const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException
  return code === 'ENOSPC' || code === 'EDQUOT'
}
