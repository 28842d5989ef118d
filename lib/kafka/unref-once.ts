import type { Socket } from 'node:net'

/**
 * Lets `unref` act only once. kafkajs calls it at every disconnect, also again and again on one closed socket
 * during an outage. A closed socket would add a listener each time, and Node prints a warning about them.
 */
export const unrefOnce = <S extends Socket>(socket: S): S => {
  const unref = socket.unref.bind(socket)
  let isUnreferenced = false
  socket.unref = () => {
    if (isUnreferenced) return socket
    isUnreferenced = true
    return unref()
  }
  return socket
}
