import { parseArgs } from 'node:util'
import type { Fault } from './fault.ts'

/** What a game day does. */
export interface GameDayOptions {
  faults: readonly Fault[]
  /** By what every duration is divided. */
  divisor: number
  /** Whether docs/game-day.md gets the table. */
  isWritten: boolean
}

const help = `npm run gameday -- [--only <fault>]... [--divisor <number>] [--write]

  --only     inject this fault only; can be given several times
  --divisor  divide every duration of the rules by this number (default: 60)
  --write    write the table to docs/game-day.md`

/** @throws Error with the help if an argument is wrong */
export const readOptions = (args: readonly string[], faults: readonly Fault[]): GameDayOptions => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true },
      divisor: { type: 'string', default: '60' },
      write: { type: 'boolean', default: false },
    },
  })
  const divisor = Number(values.divisor)
  if (!(divisor >= 1)) throw new Error(`--divisor must be a number of at least 1\n\n${help}`)
  const { only } = values
  const unknown = only?.find((name) => !faults.some((fault) => fault.name === name))
  if (unknown !== undefined) {
    const names = faults.map(({ name }) => name).join(', ')
    throw new Error(`--only: there is no fault ${unknown}. The faults are ${names}.\n\n${help}`)
  }
  return {
    divisor,
    isWritten: values.write,
    faults: faults.filter(({ name }) => only?.includes(name) ?? true),
  }
}
