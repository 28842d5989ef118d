import { Script } from 'node:vm'
import { parse } from 'yaml'
import { identifierOf, testText, workerText } from './skeleton.ts'

/** The files of this repository, by their paths. */
export interface Files {
  has(file: string): boolean
  read(file: string): string
}

/** Length limit of a host name. Under Compose the name of a worker is the name of its host. */
const maxLength = 63

const pattern = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/

/** Why a new worker cannot have this name. Undefined if it can. */
export const nameProblem = (name: string, files: Files): string | undefined => {
  if (!pattern.test(name) || name.length > maxLength)
    return 'Usage: npm run new:consumer -- <name>. The name must be in kebab-case, such as issue-counter.'
  if (name === 'list') return '`bridge consumer list` prints all workers. Choose another name.'
  const file = [
    `consumers/${name}`,
    `consumers/${name}.ts`,
    `test/unit/consumers/${name}`,
    `docs/workers/${name}.md`,
  ].find(files.has)
  if (file !== undefined) return `${file} exists already. Choose another name.`
  if (files.has(`cli/${name}/command.ts`))
    return `\`bridge ${name}\` is a command already. Choose another name.`
  if (isInCompose(name, files)) return `docker-compose.yml has a ${name} already. Choose another name.`
  const identifier = identifierOf(name)
  if (isReserved(identifier) || isUsedBeside(identifier, files))
    return `${identifier} means something else in the code. Choose another name.`
  return undefined
}

const isInCompose = (name: string, { read }: Files): boolean => {
  const options = { merge: true, maxAliasCount: -1 }
  const { services, volumes } = parse(read('docker-compose.yml'), options) as Record<string, object>
  return name in (services ?? {}) || name in (volumes ?? {})
}

/** Whether the identifier occurs in the files in which the new worker will be named. */
const isUsedBeside = (identifier: string, { read }: Files): boolean => {
  const answers = { beginning: { begins: 'oldest' }, effect: 'internal', gitlabApi: 'none' } as const
  const plain = { name: '', metricsPort: 0, answers: { ...answers, database: 'no' } } as const
  const stored = { ...plain, answers: { ...answers, database: 'yes' } } as const
  const texts = [plain, stored].flatMap((nameless) => [workerText(nameless), testText(nameless)])
  texts.push(read('consumers/index.ts'))
  return texts.some((text) => new RegExp(`\\b${identifier}\\b`).test(text))
}

/** Whether the identifier is a keyword or a global of the language or of Node. */
const isReserved = (identifier: string): boolean => {
  try {
    new Script(`'use strict'; const ${identifier} = 0`)
    return identifier in globalThis
  } catch {
    return true
  }
}
