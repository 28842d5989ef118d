/** Does one step after the other, as long as there is something to do. */
export interface Pump {
  /** Continues if there is something to do again. */
  wake(): void
  /** Begins no further step until `resume`. */
  pause(): void
  resume(): void
  /** Resolves once no step is in progress. */
  idle(): Promise<void>
}

/**
 * @param begin begins the next step in the same tick, and returns a promise that resolves with its end;
 *   undefined if there is nothing to do
 */
export const createPump = (begin: () => Promise<void> | undefined): Pump => {
  let running: Promise<void> | undefined
  let isRunning = false
  let isPaused = false

  const run = async () => {
    for (;;) {
      const step = isPaused ? undefined : begin()
      // There is no `await` between the last question and this line: otherwise a `wake` could be missed.
      if (step === undefined) break
      await step
    }
    isRunning = false
  }
  const wake = () => {
    if (isRunning || isPaused) return
    isRunning = true
    running = run()
  }

  return {
    wake,
    pause: () => {
      isPaused = true
    },
    resume: () => {
      isPaused = false
      wake()
    },
    idle: async () => running,
  }
}
