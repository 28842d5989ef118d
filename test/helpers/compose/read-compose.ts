import assert from 'node:assert/strict'
import { parse } from 'yaml'
import { readPage } from '../records/markdown.ts'
import { type ComposeFile, type ComposeService, composeSchema } from './compose-schema.ts'

/** docker-compose.yml as Compose reads it, before variables are replaced. @throws the faults of the file */
export const readCompose = (): ComposeFile => {
  const whole = parse(readPage('docker-compose.yml'), { merge: true, maxAliasCount: -1 }) as object
  const shared = Object.entries(whole).filter(([name]) => !name.startsWith('x-'))
  return composeSchema.parse(Object.fromEntries(shared))
}

/** The profiles that `up` is for. The profile `tools` is for `docker compose run`. */
export const profilesOf = ({ services }: ComposeFile): string[] => {
  const named = Object.values(services).flatMap(({ profiles = [] }) => profiles)
  return [...new Set(named)].filter((profile) => profile !== 'tools').sort()
}

/** The services that `up` starts with these profiles. */
export const servicesOf = (file: ComposeFile, profiles: readonly string[]): Map<string, ComposeService> =>
  new Map(
    Object.entries(file.services).filter(
      ([, { profiles: own }]) => own === undefined || own.some((profile) => profiles.includes(profile)),
    ),
  )

/** Every combination of some values, from none of them to all. */
export const subsetsOf = <Value>(values: readonly Value[]): Value[][] => {
  const [first, ...others] = values
  if (first === undefined) return [[]]
  const smaller = subsetsOf(others)
  return [...smaller, ...smaller.map((subset) => [first, ...subset])]
}

/** The value of an environment variable in a container if .env sets nothing. */
export const defaultOf = (value: unknown): string =>
  String(value ?? '').replaceAll(/\$\{\w+(?::-([^}]*))?\}/g, (_, otherwise?: string) => otherwise ?? '')

/** The service with this name. */
export const serviceNamed = (file: ComposeFile, name: string): ComposeService =>
  file.services[name] ?? assert.fail(`there is no service ${name}`)
