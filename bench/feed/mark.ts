const prefix = 'sent-at:'
const digits = 13

/** Text in a hook that says when it was sent, in milliseconds since 1970. */
export const markOf = (time: number): string => `${prefix}${time}`

/** Finds marks in the parts of a stream. A mark may lie in two parts. */
export const createMarkReader = (onMark: (time: number) => void) => {
  let rest = ''
  return (part: Buffer): void => {
    const text = rest + part.toString('latin1')
    let read = 0
    for (;;) {
      const at = text.indexOf(prefix, read)
      const end = at + prefix.length + digits
      if (at === -1 || end > text.length) break
      onMark(Number(text.slice(at + prefix.length, end)))
      read = end
    }
    rest = text.slice(Math.max(read, text.length - prefix.length - digits + 1))
  }
}
