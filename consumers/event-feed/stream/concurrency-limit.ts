/** Lets only so many actions run at a time. The others wait in their order. */
export const createConcurrencyLimit = (atOnce: number) => {
  let free = atOnce
  const waiting: (() => void)[] = []
  return async <T>(action: () => Promise<T>): Promise<T> => {
    if (free > 0) free -= 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await action()
    } finally {
      const next = waiting.shift()
      if (next === undefined) free += 1
      else next()
    }
  }
}
