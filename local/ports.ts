import { createServer, type Server } from 'node:net'
import { messageOf, UsageError } from '../lib/errors.ts'

/** A port somebody wants. */
export interface WantedPort {
  /** What to set to choose another. */
  variable: string
  /** 0 asks for any free one. */
  preferred: number
  host?: string
  /** What to set to choose another host, where that is another variable. */
  hostVariable?: string
  /** True where others know the number: it is not exchanged for another. */
  fixed?: boolean
}

/** Chosen ports, each held against others until those who will listen on it are about to start. */
interface ChosenPorts<Name extends string> {
  readonly ports: Readonly<Record<Name, number>>
  /** Lets go of the ports of these names; of all when none is named. */
  release(names?: readonly Name[]): Promise<void>
}

/**
 * Chooses a port for each, the preferred one where it is free, else the next free one, which is said.
 *
 * @throws UsageError naming the variable of a fixed port that is taken
 */
export const choosePorts = async <Name extends string>(
  wanted: Readonly<Record<Name, WantedPort>>,
  say: (line: string) => void,
): Promise<ChosenPorts<Name>> => {
  const ports = new Map<string, number>()
  const held = new Map<string, Server>()
  const release = async (names: readonly string[] = [...held.keys()]) => {
    await Promise.all(names.map((name) => letGo(held.get(name))))
    for (const name of names) held.delete(name)
  }
  try {
    for (const [name, want] of Object.entries<WantedPort>(wanted)) {
      const { port, server } = await choose(want, say)
      ports.set(name, port)
      held.set(name, server)
    }
  } catch (error) {
    await release()
    throw error
  }
  return { ports: Object.fromEntries(ports) as Record<Name, number>, release }
}

const choose = async (
  { variable, preferred, host = '127.0.0.1', hostVariable = variable, fixed = false }: WantedPort,
  say: (line: string) => void,
) => {
  const refuse = (error: unknown): never => {
    throw new UsageError(`${hostVariable}: cannot listen on ${host}: ${messageOf(error)}`)
  }
  const server = preferred === 0 ? undefined : await hold(preferred, host).catch(refuse)
  if (server !== undefined) return { port: preferred, server }
  if (fixed && preferred !== 0) {
    throw new UsageError(
      `${variable}: port ${preferred} on ${host} is taken (or not ours to use); stop what listens there, or set ${variable} to another port (0 for any free one)`,
    )
  }
  const next = await holdNext(preferred === 0 ? randomPort : after(preferred), host).catch(refuse)
  if (preferred !== 0) say(`${variable}: port ${preferred} is taken, using ${next.port}`)
  return next
}

const after = (port: number) => {
  let next = port
  return () => (next < 65535 ? ++next : randomPort())
}

// Below where systems take ports for outgoing connections: there, one could be gone when a child that died is started again.
const randomPort = () => 15_000 + Math.floor(Math.random() * 17_000)

const holdNext = async (candidate: () => number, host: string): Promise<{ port: number; server: Server }> => {
  for (let attempt = 0; attempt < 1000; attempt++) {
    const port = candidate()
    const server = await hold(port, host)
    if (server !== undefined) return { port, server }
  }
  throw new Error('no free port found')
}

const hold = (port: number, host: string): Promise<Server | undefined> =>
  new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined)
      else reject(error)
    })
    server.listen({ port, host, exclusive: true }, () => resolve(server.unref()))
  })

const letGo = (server: Server | undefined): Promise<void> =>
  new Promise((resolve) => {
    if (server === undefined) resolve()
    else server.close(() => resolve())
  })
