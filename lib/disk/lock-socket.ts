import { once } from 'node:events'
import { open, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { platform } from 'node:process'

/** A socket somebody listens on in a folder. It answers as long as its process lives, to whoever shares the folder on the same machine. */
export interface LockSocket {
  close(): Promise<void>
}

/** @returns undefined where the folder's file system takes no sockets */
export const openLockSocket = (folder: string, name: string): Promise<LockSocket | undefined> =>
  inFolder(folder, name, async (path) => {
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

/** Whether a process listens; where that cannot be found out it does. */
export const isListening = (folder: string, name: string): Promise<boolean> =>
  inFolder(folder, name, async (path) => {
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

/** A socket's path may take 107 bytes; by an open folder it takes fewer, however deep that lies. */
const inFolder = async <T>(folder: string, name: string, use: (path: string) => Promise<T>): Promise<T> => {
  if (platform !== 'linux') return use(join(folder, name))
  const opened = await open(folder)
  try {
    return await use(`/proc/self/fd/${opened.fd}/${name}`)
  } finally {
    await opened.close()
  }
}
