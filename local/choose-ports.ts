import { createServer, type Server as TcpServer } from 'node:net'
import { messageOf, UsageError } from '../lib/errors.ts'

/** A port to choose. */
export interface WantedPort {
  /** The variable that sets the port, for messages. */
  variable: string
  /** The port to use if it is free; 0 stands for any free port. */
  preferred: number
  /** Default: 127.0.0.1. */
  host?: string
  /** The variable that sets the host, for messages. Default: `variable`. */
  hostVariable?: string
  /** True if other programs know the number, so that no other port may be used instead. */
  isFixed?: boolean
}

/** Chosen ports. Each is occupied until it is released, so that no other program takes it. */
interface ChosenPorts<Name extends string> {
  readonly ports: Readonly<Record<Name, number>>
  /** Frees the ports of these names, or all ports, for the servers that are about to listen on them. */
  release(names?: readonly Name[]): Promise<void>
}

/**
 * Chooses ports: the preferred one if it is free, else the next free one, which is printed.
 *
 * @throws UsageError naming the variable of a fixed port that is taken, or of a host on which nothing can
 *   listen
 */
export const choosePorts = async <Name extends string>(
  wanted: Readonly<Record<Name, WantedPort>>,
  print: (line: string) => void,
): Promise<ChosenPorts<Name>> => {
  const ports = new Map<string, number>()
  const occupied = new Map<string, TcpServer>()
  const release = async (names: readonly string[] = [...occupied.keys()]) => {
    await Promise.all(names.map((name) => close(occupied.get(name))))
    for (const name of names) occupied.delete(name)
  }
  try {
    for (const [name, wantedPort] of Object.entries<WantedPort>(wanted)) {
      const { port, server } = await choosePort(wantedPort, print)
      ports.set(name, port)
      occupied.set(name, server)
    }
  } catch (error) {
    await release()
    throw error
  }
  return { ports: Object.fromEntries(ports) as Record<Name, number>, release }
}

interface OccupiedPort {
  port: number
  server: TcpServer
}

const choosePort = async (
  { variable, preferred, host = '127.0.0.1', hostVariable = variable, isFixed = false }: WantedPort,
  print: (line: string) => void,
): Promise<OccupiedPort> => {
  const fail = (error: unknown): never => {
    throw new UsageError(`${hostVariable}: cannot listen on ${host}: ${messageOf(error)}`)
  }
  if (preferred === 0) return occupyFirstFree(randomPort, host).catch(fail)
  const server = await occupy(preferred, host).catch(fail)
  if (server !== undefined) return { port: preferred, server }
  if (isFixed) {
    throw new UsageError(
      `${variable}: port ${preferred} on ${host} is taken, or this user may not use it. ` +
        `Stop the program that listens there, or set ${variable} to another port (0: any free port).`,
    )
  }
  const next = await occupyFirstFree(portsAfter(preferred), host).catch(fail)
  print(`${variable}: port ${preferred} is taken, so port ${next.port} is used`)
  return next
}

const portsAfter = (port: number): (() => number) => {
  let next = port
  return () => (next < 65535 ? ++next : randomPort())
}

// Below the range from which systems take ports for outgoing connections. A port of that range could be taken
// by the time when a child that ended is started again.
const randomPort = () => 15_000 + Math.floor(Math.random() * 17_000)

const occupyFirstFree = async (nextPort: () => number, host: string): Promise<OccupiedPort> => {
  for (let attempt = 0; attempt < 1000; attempt++) {
    const port = nextPort()
    const server = await occupy(port, host)
    if (server !== undefined) return { port, server }
  }
  throw new Error('there is no free port')
}

/** Resolves to undefined if the port is taken or this user may not use it. */
const occupy = (port: number, host: string): Promise<TcpServer | undefined> =>
  new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined)
      else reject(error)
    })
    server.listen({ port, host, exclusive: true }, () => resolve(server.unref()))
  })

const close = (server: TcpServer | undefined): Promise<void> =>
  new Promise((resolve) => {
    if (server === undefined) resolve()
    else server.close(() => resolve())
  })
