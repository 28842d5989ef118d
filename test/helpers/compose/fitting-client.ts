import assert from 'node:assert/strict'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Compose } from '../servers/compose.ts'
import { findPostgresClient } from '../servers/postgres-client.ts'

/** In the volume, because nothing else in the container may be written and run. */
const folder = '/var/lib/postgresql/client'

const programFolder = 'embedded_postgres/pginstall/bin'

/** A `pg_dump` of the version of the server, also where the container has an older one. */
export interface FittingClient {
  /** Puts the programs into the running container. */
  install(): Promise<void>
  /** The commands with the programs that `install` has put there. */
  rewrite(commands: string): string
}

/** @throws AssertionError if there is no such client for this machine */
export const findFittingClient = async (compose: Compose): Promise<FittingClient> => {
  const versionOf = async (program: string) =>
    / (\d+)/.exec(await compose.exec('postgres', program, '--version'))?.[1]
  if ((await versionOf('pg_dump')) === (await versionOf('postgres')))
    return { install: async () => undefined, rewrite: (commands) => commands }
  const links = await mkdtemp(join(tmpdir(), 'bridge-client-'))
  const found = await findPostgresClient(links)
  assert.ok('bin' in found, JSON.stringify(found))
  const programs = ['pg_dump', 'pg_restore'].map((name) => `${programFolder}/${name}`)
  const packages = join(await realpath(join(found.bin, 'pg_dump')), '../../../..')
  await rm(links, { recursive: true })
  return {
    install: async () => {
      const unpack = `mkdir -p ${folder} && tar -C ${folder} -xf -`
      await compose.shell(
        `tar -C ${packages} -cf - embedded_postgres.libs ${programs.join(' ')} | ` +
          `docker compose exec -T postgres sh -c '${unpack}'`,
      )
    },
    rewrite: (commands) =>
      commands.replaceAll(
        /-T postgres (pg_\w+)/g,
        `-T --env PGHOST=/run/postgresql postgres ${folder}/${programFolder}/$1`,
      ),
  }
}
