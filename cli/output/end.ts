/** Ends the process once all it printed is out: connections of the client that wait for nothing any more must not hold us. */
export const end = (): Promise<never> => new Promise(() => process.stdout.write('', () => process.exit()))

/** Commands that run on, or change something: they do so without being heard. */
const deaf = new Set([
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
])

/** Ends a command that only prints, quietly, once nobody reads what it prints any more, such as `head -1`. */
export const endWithReader = (command: string): void => {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (deaf.has(command)) return
    if (error.code === 'EPIPE') process.exit()
    console.error(`cannot print: ${error.message}`)
    process.exit(1)
  })
}
