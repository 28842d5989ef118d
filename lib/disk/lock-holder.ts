import { kill } from 'node:process'
import { processStart } from '../process-table.ts'
import { isListening } from './lock-socket.ts'

/** The process that holds a lock, as the lock file records it. */
export interface LockHolder {
  pid: number
  /** When the process started; missing where the system did not say. */
  started?: string | undefined
  id?: string
  /** The name of its socket; missing where the lock has no socket. */
  socket?: string
}

/** Reads the content of a lock file. Undefined if it does not record a holder: such a lock is stale. */
export const parseHolder = (text: string): LockHolder | undefined => {
  try {
    const holder: unknown = JSON.parse(text)
    if (typeof holder !== 'object' || holder === null || !('pid' in holder)) return undefined
    return Number.isInteger(holder.pid) && Number(holder.pid) > 0 ? (holder as LockHolder) : undefined
  } catch {
    return undefined
  }
}

/** Whether the process that recorded itself in a lock file is still running. */
export const isHolderAlive = async (folder: string, holder: LockHolder): Promise<boolean> =>
  holder.socket === undefined ? isHolderRunning(holder) : isListening(folder, holder.socket)

/** As `isHolderAlive`, but by the pid alone, which only tells about processes that this one can see. */
export const isHolderRunning = ({ pid, started }: LockHolder): boolean =>
  started === undefined ? exists(pid) : processStart(pid) === started

/** Without a start time, a later process with the same pid counts as the holder, until it ends too. */
const exists = (pid: number): boolean => {
  try {
    kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
