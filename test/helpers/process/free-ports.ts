import { choosePorts, type WantedPort } from '../../../local/choose-ports.ts'

const anyPort: WantedPort = { variable: 'PORT', preferred: 0 }

/**
 * Ports on which nothing listens. They are chosen together, so that all of them differ. They lie below the
 * range from which systems take ports for outgoing connections: a process that a test ends and starts again
 * finds its port free, however many connections other tests open meanwhile.
 */
export const freePorts = async (count: number): Promise<number[]> => {
  const names = Array.from({ length: count }, (_, index) => String(index))
  const wanted = Object.fromEntries(names.map((name) => [name, anyPort]))
  const { ports, release } = await choosePorts(wanted, () => {})
  await release()
  return names.map((name) => ports[name] ?? 0)
}

/** A port for a process that must be found again after a restart. */
export const freePort = async (): Promise<number> => (await freePorts(1))[0] as number
