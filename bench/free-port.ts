import { choosePorts } from '../local/choose-ports.ts'

/** A port of 127.0.0.1 that no process listens on now. */
export const freePort = async (): Promise<number> => {
  const { ports, release } = await choosePorts({ port: { variable: 'port', preferred: 0 } }, () => {})
  await release()
  return ports.port
}
