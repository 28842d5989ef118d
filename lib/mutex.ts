/** Lets one act at a time, in the order in which they asked. What one throws is its own: the next goes on. */
export const createMutex = (): (<T>(act: () => Promise<T>) => Promise<T>) => {
  let last: Promise<unknown> = Promise.resolve()
  return (act) => {
    const turn = last.then(act)
    last = turn.catch(() => undefined)
    return turn
  }
}
