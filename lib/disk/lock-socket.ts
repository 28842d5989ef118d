import { once } from 'node:events'
import { open, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { platform } from 'node:process'

/**
 * A Unix socket in a folder on which this process listens. It accepts connections as long as the process
 * lives, from every process of the same machine that shares the folder.
 */
export interface LockSocket {
  close(): Promise<void>
}

/** @returns undefined if the file system of the folder does not support sockets */
export const openLockSocket = (folder: string, name: string): Promise<LockSocket | undefined> =>
  withShortPath(folder, name, async (path) => {
    const server = createServer((socket) => socket.destroy()).unref()
    try {
      server.listen(path)
      await once(server, 'listening')
    } catch {
      return undefined
    }
    return {
      close: async () => {
        server.close()
        await rm(join(folder, name), { force: true })
      },
    }
  })

/**
 * Whether a process listens on the socket. True if this cannot be found out, so that no held lock is taken
 * away.
 */
export const isListening = (folder: string, name: string): Promise<boolean> =>
  withShortPath(folder, name, async (path) => {
    const socket = connect(path)
    try {
      await once(socket, 'connect')
      return true
    } catch (error) {
      return !['ECONNREFUSED', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')
    } finally {
      socket.destroy()
    }
  })

/**
 * Calls `use` with a path of the socket that fits into the limit of 107 bytes. On Linux, the path goes
 * through the open folder, so that its length does not depend on how deep the folder lies.
 */
const withShortPath = async <T>(
  folder: string,
  name: string,
  use: (path: string) => Promise<T>,
): Promise<T> => {
  if (platform !== 'linux') return use(join(folder, name))
  const opened = await open(folder)
  try {
    return await use(`/proc/self/fd/${opened.fd}/${name}`)
  } finally {
    await opened.close()
  }
}
