/** Writes lines of several processes to one place, each behind the name of its process. */
export interface Output {
  /** For the lines of one process. */
  linesOf(name: string): (line: string) => void
  /** A line of our own, without a prefix. */
  plain(line: string): void
}

/** The name a line of the supervisor itself is written under. */
export const ownName = 'local'

/** @param names of the processes expected, for equal widths */
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
    plain: (line) => write(`${line}\n`),
  }
}

const colours = [36, 32, 35, 33, 34, 96, 92, 95, 93, 94]
