// `--test-global-setup` of the LDAP tests: the databases that all test files of a run share.
import { type Servers, startServers } from '../servers/servers.ts'
import { hasSlapd } from './slapd.ts'

/** The URLs of the databases, as a JSON list. Test files read it through `takeDatabase`. */
export const databasesVariable = 'BRIDGE_TEST_LDAP_DATABASES'

/** As many test files run beside each other: `--test-concurrency` in package.json. */
const databases = 3

let servers: Servers[] = []

export const globalSetup = async (): Promise<void> => {
  if (!hasSlapd())
    throw new Error(
      'slapd is not installed: install the package slapd of Debian, against which these tests run',
    )
  servers = await Promise.all(Array.from({ length: databases }, () => startServers(['postgres'])))
  process.env[databasesVariable] = JSON.stringify(servers.map(({ databaseUrl }) => databaseUrl))
}

export const globalTeardown = async (): Promise<void> => {
  await Promise.all(servers.map(({ remove }) => remove()))
}
