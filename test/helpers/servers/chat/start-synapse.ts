import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { killWithParent } from '../../../../local/process/kill-with-parent.ts'
import { eventually } from '../../process/eventually.ts'
import { freePort } from '../../process/free-ports.ts'
import { pythonWith } from '../../process/python.ts'

const requirements = fileURLToPath(
  new URL('../../../../deploy/images/chat/requirements.txt', import.meta.url),
)
const serverName = 'chat.nordlicht.example'
/** It starts in a few seconds, and on a busy machine in minutes. */
const startLimitMs = 240_000

/** Somebody with an account on the server. */
export interface MatrixUser {
  /** Such as `@reader:chat.nordlicht.example`. */
  id: string
  token: string
  /** Calls the client API as this user. @throws Error with the answer if the status is not 2xx */
  call(method: 'GET' | 'POST' | 'PUT', path: string, body?: object): Promise<Record<string, unknown>>
}

/** A real chat server on a free port of 127.0.0.1. */
export interface Synapse {
  url: string
  register(name: string): Promise<MatrixUser>
  remove(): Promise<void>
}

/**
 * The Python that has matrix-synapse, installed from PyPI once.
 *
 * @throws Error that says what is missing
 */
export const synapsePython = (): Promise<string> => pythonWith(requirements)

/** JSON is YAML as well. The limits of the rates are those that Synapse has by default. */
const configuration = (folder: string, port: number): string =>
  JSON.stringify({
    server_name: serverName,
    pid_file: join(folder, 'synapse.pid'),
    listeners: [
      {
        ...{ port, type: 'http', tls: false, bind_addresses: ['127.0.0.1'] },
        resources: [{ names: ['client'] }],
      },
    ],
    database: { name: 'sqlite3', args: { database: join(folder, 'synapse.db') } },
    media_store_path: join(folder, 'media'),
    signing_key_path: join(folder, 'signing.key'),
    macaroon_secret_key: 'not-a-real-secret',
    form_secret: 'not-a-real-secret',
    trusted_key_servers: [],
    report_stats: false,
    enable_registration: true,
    enable_registration_without_verification: true,
  })

/** @param python what `synapsePython` has returned */
export const startSynapse = async (python: string): Promise<Synapse> => {
  const folder = await mkdtemp(join(tmpdir(), 'bridge-synapse-'))
  const port = await freePort()
  const config = join(folder, 'homeserver.yaml')
  await writeFile(config, configuration(folder, port))
  const synapse = ['-m', 'synapse.app.homeserver', '--config-path', config]
  await run(python, [...synapse, '--generate-keys'], folder)
  const { command, args } = await killWithParent(python, synapse, 'SIGKILL')
  const child = spawn(command, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output = (output + chunk).slice(-4000)
    })
  const url = `http://127.0.0.1:${port}`
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(`matrix-synapse ended: ${output}`)
    await (await fetch(`${url}/_matrix/client/versions`)).json()
  }, startLimitMs)
  return {
    url,
    register: async (name) => {
      const account = { username: name, password: `password-of-${name}`, auth: { type: 'm.login.dummy' } }
      const made = await call(url, undefined, 'POST', 'register', account)
      const [id, token] = [String(made.user_id), String(made.access_token)]
      return { id, token, call: (method, path, body) => call(url, token, method, path, body) }
    },
    remove: async () => {
      if (child.exitCode === null) {
        child.kill('SIGKILL')
        await once(child, 'exit')
      }
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const run = async (command: string, args: string[], cwd: string): Promise<void> => {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'ignore', 'pipe'] })
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk
  })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}: ${errors}`)
}

/** https://spec.matrix.org/v1.12/client-server-api/ */
const call = async (
  url: string,
  token: string | undefined,
  method: string,
  path: string,
  body?: object,
): Promise<Record<string, unknown>> => {
  const response = await fetch(`${url}/_matrix/client/v3/${path}`, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${text}`)
  return JSON.parse(text)
}
