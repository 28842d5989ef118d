import { readSeries, reasonOf } from '../../../lib/http/read-series.ts'
import type { Account } from './equation.ts'

const residueOf = /^unaccounted_records\{stage="([a-z]+)"\}$/

/** The residues that running processes have computed. @param processes name → URL of its metrics */
export const readProcessAccounts = async (
  processes: Readonly<Record<string, string>>,
): Promise<Account[]> => {
  const accounts = await Promise.all(Object.entries(processes).map(([name, url]) => readOne(name, url)))
  return accounts.flat()
}

const readOne = async (place: string, url: string): Promise<Account[]> => {
  try {
    return [...(await readSeries(url))].flatMap(([name, residue]) => {
      const [, stage] = residueOf.exec(name) ?? []
      return stage === undefined ? [] : [{ equation: `stage ${stage}`, place, terms: {}, residue }]
    })
  } catch (error) {
    return [{ equation: place, notCompared: `its metrics at ${url} do not answer: ${reasonOf(error)}` }]
  }
}
