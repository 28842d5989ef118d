import type { Child } from './process/child.ts'
import type { ChildProcesses } from './process/child-processes.ts'

/** A running server of the stack. It can be frozen, killed, and started again on the same port and data. */
export interface Server extends Child {
  readonly url: string
  readonly port: number
}

/** What every part is started with. */
export interface ServerOptions {
  childProcesses: ChildProcesses
  /** Its own folder; data and generated settings live here. */
  folder: string
  /** Where its log goes. */
  logFile: string
  /** On 127.0.0.1. */
  port: number
}

/** For the parts that run on Java. */
export interface JavaServerOptions extends ServerOptions {
  /** Path of the program. */
  java: string
  /** Folder of the program's jars, complete. */
  jars: string
  /** A second port that only the part itself uses. */
  innerPort: number
}
