import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { killWithParent } from '../../../local/process/kill-with-parent.ts'
import { eventually } from '../process/eventually.ts'
import { freePort } from '../process/free-ports.ts'
import { admin, blind, bridge, type LdapServer, reader, suffix } from './ldap-server.ts'

const program = '/usr/sbin/slapd'

export const hasSlapd = (): boolean => existsSync(program)

export interface SlapdOptions {
  /** Lines of its configuration that limit answers. */
  limits?: string
  /** Files of its certificate and key. `scheme`: `ldap` offers StartTLS. */
  tls?: { cert: string; key: string; scheme: 'ldap' | 'ldaps' }
}

const configuration = (folder: string, { limits = '', tls }: SlapdOptions) => `
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include /etc/ldap/schema/nis.schema
attributetype ( 1.3.6.1.4.1.24552.500.1.1.1.13 NAME 'sshPublicKey'
  EQUALITY octetStringMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 )
objectclass ( 1.3.6.1.4.1.24552.500.1.1.2.0 NAME 'ldapPublicKey' SUP top AUXILIARY
  MAY ( sshPublicKey $ uid ) )
pidfile ${folder}/slapd.pid
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
moduleload refint
${tls === undefined ? '' : `TLSCertificateFile ${tls.cert}\nTLSCertificateKeyFile ${tls.key}`}
sortvals member uniqueMember memberUid
database mdb
suffix "${suffix}"
rootdn "${admin.dn}"
rootpw ${admin.password}
directory ${folder}/data
maxsize 268435456
dbnosync
index objectClass,uid,member eq
overlay memberof
overlay refint
refint_attributes member uniqueMember
access to attrs=userPassword by anonymous auth by * none
access to attrs=member,uniqueMember by dn.exact="${blind.dn}" =w by * break
access to * by dn.exact="${bridge.dn}" write by dn.exact="${blind.dn}" write
  by dn.exact="${reader.dn}" read by * none
${limits}
`

/** Debian's slapd with the overlays memberOf and refint, on a free port of 127.0.0.1. */
export const startSlapd = async (options: SlapdOptions = {}): Promise<LdapServer> => {
  const folder = await mkdtemp(join(tmpdir(), 'bridge-slapd-'))
  await mkdir(join(folder, 'data'))
  const config = join(folder, 'slapd.conf')
  await writeFile(config, configuration(folder, options))
  const port = await freePort()
  const url = `${options.tls?.scheme ?? 'ldap'}://127.0.0.1:${port}`
  let child: ChildProcess | undefined

  const start = async () => {
    const { command, args } = await killWithParent(program, ['-h', url, '-f', config, '-d', '0'], 'SIGKILL')
    const started = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] })
    let errors = ''
    started.stderr?.on('data', (chunk: Buffer) => {
      errors += chunk
    })
    child = started
    await eventually(async () => {
      if (started.exitCode !== null) throw new Error(`slapd ended: ${errors}`)
      await reach(port)
    }, 15_000)
  }
  const kill = async () => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
  await start()
  return {
    name: versionOf(),
    url,
    start,
    kill,
    remove: async () => {
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const reach = async (port: number): Promise<void> => {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
  } finally {
    socket.destroy()
  }
}

/** It prints its version to standard error, and ends with an error code. */
const versionOf = (): string => {
  const text = execFileSync('sh', ['-c', `${program} -VV 2>&1 || true`]).toString()
  return `OpenLDAP slapd ${/slapd (\S+)/.exec(text)?.[1] ?? 'of an unknown version'}`
}
