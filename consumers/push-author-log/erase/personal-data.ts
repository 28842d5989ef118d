import { existsSync } from 'node:fs'
import { type Environment, readVariables } from '../../../lib/config.ts'
import type { Person, PersonalDataFunctions, StoreReport } from '../../personal-data/personal-data.ts'
import type { PushLine } from '../push-line.ts'
import { createLogReader } from '../read/read-log.ts'
import { pushAuthorLogVariables, pushLogFolder, retentionDaysOf } from '../settings.ts'
import { eraseLines } from './erase-lines.ts'

/** Where the worker writes. */
interface PushStores {
  folder: string
  /** The folder of the second copy. */
  copyFolder: string | undefined
  consulUrl: string | undefined
  /** Undefined: for ever. */
  retentionDays: number | undefined
}

const dayMs = 24 * 60 * 60 * 1000

const storesOf = (env: Environment): PushStores => {
  const settings = readVariables(pushAuthorLogVariables, env)
  return {
    folder: pushLogFolder(settings),
    copyFolder: settings.PUSH_AUTHOR_LOG_COPY_DIR,
    consulUrl: settings.PUSH_AUTHOR_LOG_CONSUL_URL,
    retentionDays: retentionDaysOf(settings),
  }
}

/** @returns undefined if this machine does not have the folder */
const linesOf = async (person: Person, folder: string): Promise<PushLine[] | undefined> => {
  const found: PushLine[] = []
  if (!existsSync(folder)) return undefined
  const reader = createLogReader([folder], () => undefined)
  await reader.read(undefined, '', (line) => {
    if (isOfPerson(line, person)) found.push(line)
  })
  return found
}

/**
 * The person is taken out of the lines while the worker is stopped. While it runs, only the worker may change
 * its files, and a second copy of them.
 */
export const pushPersonalData: PersonalDataFunctions = {
  find: async (person, env) => {
    const { folder, copyFolder } = storesOf(env)
    const folders = copyFolder === undefined ? [folder] : [folder, copyFolder]
    const what = 'lines of pushes of the person'
    return await Promise.all(
      folders.map(async (store) => ({ store, count: (await linesOf(person, store))?.length ?? 0, what })),
    )
  },
  erase: async (person, _reason, env) => {
    const { folder, copyFolder } = storesOf(env)
    const done: StoreReport[] = []
    for (const store of copyFolder === undefined ? [folder] : [folder, copyFolder]) {
      if (!existsSync(store)) continue
      const result = await eraseLines(store, (line) => isOfPerson(line, person))
      if ('erased' in result && result.erased > 0)
        done.push({ store, state: 'done', what: `${result.erased} lines have lost the person who pushed` })
    }
    return done
  },
  report: async (person, env) => {
    const { folder, copyFolder, consulUrl, retentionDays } = storesOf(env)
    const reportOf = async (store: string): Promise<StoreReport> => {
      const lines = await linesOf(person, store)
      if (lines === undefined) return { store, state: 'cannot', why: notHere }
      if (lines.length === 0) return { store, state: 'done', what: 'no line names the person' }
      const why = `${lines.length} lines name the person, and ${howToErase}`
      if (retentionDays === undefined) return { store, state: 'cannot', why }
      const newest = lines.reduce((latest, { pushed_at }) => Math.max(latest, Date.parse(pushed_at)), 0)
      return { store, state: 'expires', at: new Date(newest + (retentionDays + 1) * dayMs), what: why }
    }
    return [
      await reportOf(folder),
      ...(copyFolder === undefined ? [] : [await reportOf(copyFolder)]),
      ...(consulUrl === undefined ? [] : [consulReport]),
    ]
  },
}

const notHere = 'this machine has no such folder: run the command on the machine of the worker'

const howToErase = 'the worker push-author-log is running: stop it and erase again'

const consulReport: StoreReport = {
  store: 'Consul, below gitlab/pushes/',
  state: 'cannot',
  why:
    'the last pusher of a branch or tag stays until somebody else pushes to it: ' +
    'delete the keys that name the person',
}

const isOfPerson = (line: PushLine, { ids, usernames, names, instance }: Person): boolean => {
  if (instance !== undefined && line.instance !== instance) return false
  const username = line.user_username?.toLowerCase()
  return (
    (line.user_id !== null && ids.includes(line.user_id)) ||
    usernames.some((name) => name.toLowerCase() === username) ||
    (line.user_username === null && line.user_name !== null && names.includes(line.user_name))
  )
}
