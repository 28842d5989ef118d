/**
 * A signal that aborts when the local stack must stop: on Ctrl-C, on SIGTERM or SIGHUP, or when the npm that
 * started the process has gone.
 */
export const listenForStop = async (): Promise<AbortSignal> => {
  const stop = new AbortController()
  // Ctrl-C reaches the process twice: from the terminal and from npm. Further signals change nothing.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort())
  // When the terminal has gone, writing fails. The stack must still stop in order.
  process.stdout.on('error', () => {})
  process.stderr.on('error', () => {})
  await stopWithNpm(() => stop.abort())
  return stop.signal
}

const pollMs = 1000

// npm passes Ctrl-C on to us. If npm is killed, nothing would ever stop the stack. A shell that has gone is
// different: the user may have started the stack with nohup.
const stopWithNpm = async (stop: () => void): Promise<void> => {
  if (process.env.npm_lifecycle_event === undefined) return
  const { npmAbove, processStart } = await import('../../lib/process-table.ts')
  const npm = npmAbove(process.ppid)
  if (npm === undefined) return
  const startedAt = processStart(npm)
  // Another process may get the same process id later; its start time differs.
  const poll = setInterval(() => {
    if (processStart(npm) !== startedAt) stop()
  }, pollMs)
  poll.unref()
}
