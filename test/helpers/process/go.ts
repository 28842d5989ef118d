import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const folder = fileURLToPath(new URL('../../integration/go', import.meta.url))

/**
 * Builds the verifier in test/integration/go. The checksums of its only dependency are in go.sum.
 *
 * @param target path of the program
 * @returns why it cannot be built on this machine; undefined if it was built
 */
export const buildGoVerifier = async (target: string): Promise<string | undefined> => {
  try {
    await run('go', ['version'])
  } catch {
    return 'Go is not installed (Debian and Ubuntu: sudo apt-get install golang-go)'
  }
  try {
    await run('go', ['mod', 'download'], { cwd: folder })
  } catch (error) {
    return `Go could not download golang.org/x/mod: ${(error as { stderr?: string }).stderr ?? error}`
  }
  await run('go', ['build', '-o', target, '.'], { cwd: folder })
  return undefined
}

/**
 * Runs the verifier on a folder.
 *
 * @param what `log`: tiles and proofs; `prove`: what `bridge audit prove` printed
 * @returns what it prints
 * @throws Error that ends with what it reports
 */
export const verifyWithGo = async (
  verifier: string,
  folder: string,
  what: 'log' | 'prove' = 'log',
): Promise<string> => {
  const { stdout } = await run(verifier, what === 'log' ? [folder] : [what, folder])
  return stdout.trim()
}
