/** Writes the lines of several processes to one place, each line after the name of its process. */
export interface Output {
  /** Returns the function that writes the lines of one process. */
  linesOf(name: string): (line: string) => void
  /** Writes a text without a name before it. */
  plain(text: string): void
}

/** The name before lines of the supervisor itself. */
export const ownName = 'local'

/** @param names all names that will be used: they determine the width of the column and the colours */
export const createOutput = (
  write: (text: string) => void,
  { names, isColoured }: { names: readonly string[]; isColoured: boolean },
): Output => {
  const width = Math.max(...names.map((name) => name.length))
  const colourOf = (name: string) => colours[Math.max(names.indexOf(name), 0) % colours.length]
  return {
    linesOf(name) {
      const label = `${name.padEnd(width)} |`
      const prefix = isColoured ? `\u001b[${colourOf(name)}m${label}\u001b[0m` : label
      return (line) => write(`${prefix} ${line}\n`)
    },
    plain: (text) => write(`${text}\n`),
  }
}

// Foreground colours of ANSI terminals: https://en.wikipedia.org/wiki/ANSI_escape_code#Colors
const colours = [36, 32, 35, 33, 34, 96, 92, 95, 93, 94]
