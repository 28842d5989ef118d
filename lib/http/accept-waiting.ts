import type { Server } from 'node:http'
import { setImmediate as nextTurn } from 'node:timers/promises'

/** How many connections the kernel keeps for a server of Node until they are accepted. */
const backlog = 511

/**
 * Accepts the connections that have been made and not been accepted yet: the kernel resets them when the
 * server is closed. Node accepts one in each turn of its event loop, so on a busy machine many may wait.
 */
export const acceptWaiting = async (server: Server): Promise<void> => {
  let accepted = 0
  const count = () => {
    accepted += 1
  }
  server.on('connection', count)
  for (let before = -1; before < accepted && accepted < backlog; ) {
    before = accepted
    // The first may come in the middle of a turn. Between it and the second, the loop looks at the port.
    await nextTurn()
    await nextTurn()
  }
  server.off('connection', count)
}
