import { RetriableError } from '../../lib/errors.ts'

/** The spool has no room for the hooks. */
export class SpoolFullError extends RetriableError {
  override readonly name: string = 'SpoolFullError'

  constructor() {
    super('the spool is full')
  }
}
