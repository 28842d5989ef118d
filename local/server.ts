import type { JavaProgram } from './class-archive.ts'
import type { Child } from './process/child.ts'
import type { ChildProcesses } from './process/child-processes.ts'

/**
 * A running server of the stack. It can be frozen, killed, and started again on the same port with the same
 * data.
 */
export interface Server extends Child {
  readonly url: string
  readonly port: number
}

/** What every server is started with. */
export interface ServerOptions {
  childProcesses: ChildProcesses
  /** The server's own folder, which holds its data and its generated settings. */
  folder: string
  /** The file to which the server writes its log. */
  logFile: string
  /** The port on 127.0.0.1. */
  port: number
}

/** What the servers that run on Java are started with. */
export interface JavaServerOptions extends ServerOptions, JavaProgram {
  /** A second port, which only the server itself uses. */
  internalPort: number
  /** Default: `quick`. The registry is always compiled quickly, because it has little to do. */
  compilation?: Compilation | undefined
}

/**
 * How Java compiles a server.
 *
 * - `quick`: by its first compiler alone, which takes half of the CPU for a start and for the first requests
 * - `thorough`: also by its second compiler, which makes a server faster that runs under load for minutes
 */
export type Compilation = 'quick' | 'thorough'
