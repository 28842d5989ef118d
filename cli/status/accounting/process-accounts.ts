import { messageOf } from '../../../lib/errors.ts'
import type { Account } from './equation.ts'

const series = /^gitlab_bridge_unaccounted_records\{stage="([a-z]+)"\} (\S+)$/gm

/** The residues that running processes have computed. @param processes name → URL of its metrics */
export const readProcessAccounts = async (
  processes: Readonly<Record<string, string>>,
): Promise<Account[]> => {
  const accounts = await Promise.all(Object.entries(processes).map(([name, url]) => readOne(name, url)))
  return accounts.flat()
}

/** How long a process may take to answer, in milliseconds. */
const answerMs = 5000

const readOne = async (place: string, url: string): Promise<Account[]> => {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(answerMs) })
    const found = [...(await response.text()).matchAll(series)]
    return found.map(([, stage = '', value]) => ({
      equation: `stage ${stage}`,
      place,
      terms: {},
      residue: Number(value),
    }))
  } catch (error) {
    return [{ equation: place, notCompared: `its metrics at ${url} do not answer: ${messageOf(error)}` }]
  }
}
