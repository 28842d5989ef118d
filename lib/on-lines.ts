import { StringDecoder } from 'node:string_decoder'

/**
 * Splits a stream into lines at line feeds only. `readline` of Node also splits at U+2028 and U+2029, which
 * may be part of a name or a message.
 *
 * @param onLine called with each line, without its line feed and a carriage return before it
 */
export const onLines = (stream: NodeJS.ReadableStream, onLine: (line: string) => void): void => {
  const decoder = new StringDecoder('utf8')
  let begun = ''
  const take = (text: string) => {
    const lines = (begun + text).split('\n')
    begun = lines.pop() ?? ''
    for (const line of lines) onLine(line.endsWith('\r') ? line.slice(0, -1) : line)
  }
  stream.on('data', (chunk: Buffer) => take(decoder.write(chunk)))
  stream.once('end', () => {
    take(decoder.end())
    if (begun !== '') onLine(begun)
  })
}
