import type { Child, Exit } from '../../../local/process/child.ts'

/** A child process that does not exist. By default, it never ends. */
export const fakeChild = (
  name: string,
  exited: Promise<Exit> = new Promise(() => {}),
  kill: Child['kill'] = () => {},
): Child => ({ name, pid: 1, exited, kill, stop: async () => {} })
