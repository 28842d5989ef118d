// `--test-global-setup` of the LDAP tests: one PostgreSQL for all test files of a run.
import { type Servers, startServers } from '../servers/servers.ts'
import { hasSlapd } from './slapd.ts'

export const databaseVariable = 'BRIDGE_TEST_LDAP_DATABASE'

let servers: Servers | undefined

export const globalSetup = async (): Promise<void> => {
  if (!hasSlapd())
    throw new Error(
      'slapd is not installed: install the package slapd of Debian, against which these tests run',
    )
  servers = await startServers(['postgres'])
  process.env[databaseVariable] = servers.databaseUrl
}

export const globalTeardown = async (): Promise<void> => {
  await servers?.remove()
}
