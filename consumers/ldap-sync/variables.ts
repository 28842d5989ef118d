import { isIP } from 'node:net'
import { z } from 'zod'
import { flag, list, seconds, secret } from '../../lib/config.ts'
import { workerDatabaseUrl } from '../../lib/database-variable.ts'
import { isDn } from './dn/parse-dn.ts'

const isLdapUrl = (text: string): boolean => {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, pathname, username, search } = new URL(text)
  return (
    /^ldaps?:$/.test(protocol) && hostname !== '' && `${pathname}${username}${search}`.replace('/', '') === ''
  )
}

export const ldapSyncVariables = z.object({
  LDAP_SYNC_URL: list()
    .refine(
      (urls) => urls.length > 0 && urls.every(isLdapUrl),
      'must be URLs such as ldaps://ldap.example.com',
    )
    .describe('Addresses of the LDAP servers, ldap:// or ldaps://. The first one that answers is used.'),
  LDAP_SYNC_BIND_DN: z
    .string()
    .refine(isDn, 'must be a DN such as cn=bridge,dc=example,dc=com')
    .describe('DN of the user as which the worker changes the directory.'),
  LDAP_SYNC_BIND_PASSWORD: z.string().min(1).describe('Password of LDAP_SYNC_BIND_DN.').meta(secret),
  LDAP_SYNC_MAPPING_FILE: z
    .string()
    .describe(
      'YAML file that says which GitLab groups and projects fill which LDAP groups. See docs/ldap.md.',
    ),
  LDAP_SYNC_MODE: z
    .enum(['propose', 'apply'])
    .default('propose')
    .describe(
      'propose: every change waits for `bridge ldap approve`. apply: changes within the limits are made.',
    ),
  LDAP_SYNC_START_TLS: flag()
    .default(false)
    .describe('Whether connections to ldap:// are encrypted before the bind (StartTLS).'),
  LDAP_SYNC_ALLOW_CLEAR_TEXT: flag()
    .default(false)
    .describe('Whether the password may be sent to another machine without encryption.'),
  LDAP_SYNC_CA_FILE: z
    .string()
    .optional()
    .describe('Certificate authority of the LDAP servers, PEM. Default: the public ones.'),
  LDAP_SYNC_TIMEOUT_SECONDS: seconds()
    .min(1)
    .default(10)
    .describe('How long one request to an LDAP server may take.'),
  LDAP_SYNC_RECONCILE_AT: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$|^off$/, 'must be a time such as 02:30, or off')
    .default('02:30')
    .describe('Time of day, UTC, at which directory and state are compared, or off.'),
  LDAP_SYNC_DATABASE_URL: workerDatabaseUrl('ldap-sync'),
})

export type LdapSyncSettings = z.output<typeof ldapSyncVariables>

/** The URLs to which the password would be sent in clear text over a network. */
export const clearTextUrls = ({ LDAP_SYNC_URL, LDAP_SYNC_START_TLS }: LdapSyncSettings): string[] =>
  LDAP_SYNC_URL.filter((url) => url.startsWith('ldap:') && !LDAP_SYNC_START_TLS && !isLoopback(url))

const isLoopback = (url: string): boolean => {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '')
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}
