/** Runs an action when all actions before it have ended. */
export type Mutex = <T>(action: () => Promise<T>) => Promise<T>

/**
 * Runs one action at a time, in the order of the calls. An action that fails does not affect the next one.
 */
export const createMutex = (): Mutex => {
  let last: Promise<unknown> = Promise.resolve()
  return (action) => {
    const running = last.then(action)
    last = running.catch(() => undefined)
    return running
  }
}
