/** Ends the process once all it printed is out: connections of the client that wait for nothing any more must not hold us. */
export const end = (): Promise<never> => new Promise(() => process.stdout.write('', () => process.exit()))
