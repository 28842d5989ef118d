/**
 * The lines `event:` and `data:` of a server-sent event, each with its end. A line break in the data begins
 * another line `data:`, and clients join these lines with `\n` again.
 */
export const eventLines = (event: string, data: string): Buffer =>
  Buffer.from(`event: ${event}\ndata: ${data.replaceAll(/\r\n|\r|\n/g, '\ndata: ')}\n`)
