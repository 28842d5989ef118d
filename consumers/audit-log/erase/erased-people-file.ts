import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { createFolder } from '../../../lib/disk/create-folder.ts'
import { replaceDurably } from '../../../lib/disk/write-durably.ts'
import { messageOf } from '../../../lib/errors.ts'
import { type ErasedPerson, personDigestsShape } from './person-digests.ts'

const shape = z.object({ erasedAt: z.int(), digests: personDigestsShape })

/**
 * The copy of the list outside of the database: a restored backup does not know the erasures after it.
 */
export const createErasedPeopleFile = (folder: string) => {
  const path = join(folder, 'erased-people.ndjson')
  const read = async (): Promise<ErasedPerson[]> => {
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      if ((error as { code?: unknown }).code === 'ENOENT') return ''
      throw error
    })
    try {
      return text.split('\n').flatMap((line) => (line === '' ? [] : [shape.parse(JSON.parse(line))]))
    } catch (error) {
      throw new Error(`${path} is damaged, so erased people could come back: ${messageOf(error)}`)
    }
  }
  return {
    read,
    /** Adds people to the file. Returns everybody who is in it then. */
    add: async (people: readonly ErasedPerson[]): Promise<ErasedPerson[]> => {
      const known = await read()
      const all = new Map([...known, ...people].map((person) => [identityOf(person), person]))
      if (all.size > known.length) {
        await createFolder(folder, 0o700)
        const lines = [...all.values()].map((person) => `${JSON.stringify(person)}\n`)
        await replaceDurably(path, lines.join(''))
      }
      return [...all.values()]
    },
  }
}

/** The same for the same erasure in the file and in the database. */
export const identityOf = ({ erasedAt, digests }: ErasedPerson): string =>
  JSON.stringify([erasedAt, digests.key, digests.ids, digests.usernames, digests.terms])
