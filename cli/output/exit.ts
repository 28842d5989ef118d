/**
 * Ends the process after its output has been written. Commands call this because idle connections of the
 * Kafka client would keep the process alive.
 */
export const exitAfterOutput = (): Promise<never> =>
  new Promise(() => process.stdout.write('', () => process.exit()))

/**
 * Commands that run as servers or change something. They continue when nobody reads their output any more.
 */
const ignoringClosedStdout = new Set([
  'local',
  'setup',
  'ingress',
  'consumer',
  'lag-exporter',
  'redrive',
  'discard',
  'set',
  'rebuild',
  'publish',
  'drain',
])

/**
 * Ends a command that only prints when the reader of its output has gone, as `head -1` does after the first
 * line.
 *
 * @param command the last word of the command, such as `redrive`
 */
export const exitOnClosedStdout = (command: string): void => {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (ignoringClosedStdout.has(command)) return
    if (error.code === 'EPIPE') process.exit()
    console.error(`Cannot write to standard output: ${error.message}`)
    process.exit(1)
  })
}
