import { Script } from 'node:vm'
import { parse } from 'yaml'
import { identifierOf, testText, workerText } from './skeleton.ts'

/** What there is already; files by their path. */
export interface Present {
  has(file: string): boolean
  read(file: string): string
}

/** Why a worker cannot have this name; undefined where it can. */
export const refusalOf = (name: string, { has, read }: Present): string | undefined => {
  // As long as the name of a host may be, which it is under Compose.
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > 63)
    return 'npm run new:consumer <name>: the name is in kebab-case, such as issue-counter'
  if (name === 'list') return '`bridge consumer list` lists the workers: choose another name'
  const file = [
    `consumers/${name}`,
    `consumers/${name}.ts`,
    `test/unit/consumers/${name}`,
    `cli/${name}`,
  ].find(has)
  if (file !== undefined) return `${file} exists already: choose another name`
  const { services, volumes } = parse(read('docker-compose.yml'), {
    merge: true,
    maxAliasCount: -1,
  }) as Record<'services' | 'volumes', object>
  if (name in services || name in volumes)
    return `docker-compose.yml has a ${name} already: choose another name`
  const identifier = identifierOf(name)
  const beside = [
    workerText({ name: '', metricsPort: 0 }),
    testText({ name: '', metricsPort: 0 }),
    read('consumers/index.ts'),
  ]
  if (isReserved(identifier) || beside.some((text) => new RegExp(`\\b${identifier}\\b`).test(text)))
    return `${identifier} means something else in the code: choose another name`
  return undefined
}

/** Whether the language or the runtime has given the word a meaning. */
const isReserved = (identifier: string): boolean => {
  try {
    new Script(`'use strict'; const ${identifier} = 0`)
    return identifier in globalThis
  } catch {
    return true
  }
}
