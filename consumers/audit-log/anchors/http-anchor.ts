import { RetriableError } from '../../../lib/errors.ts'
import type { Anchor } from './anchor.ts'
import { post } from './post.ts'

/** Posts every checkpoint to an address, such as a SIEM or a gateway of a store that never deletes. */
export const createHttpAnchor = (url: string): Anchor => ({
  name: new URL(url).host,
  store: async ({ note }) => {
    const { status } = await post(url, note)
    if (status < 200 || status > 299)
      throw new RetriableError(`${new URL(url).host} refused a checkpoint with status ${status}`)
  },
})
