import { spawnSync } from 'node:child_process'

/** Why the tests with promtool are skipped; undefined where it is installed. */
export const withoutPromtool: string | undefined =
  spawnSync('promtool', ['--version']).status === 0
    ? undefined
    : 'promtool is not installed. It is in the Debian package prometheus.'

/** Runs promtool. `output` has what it wrote, errors included. */
export const promtool = (...args: string[]): { isOk: boolean; output: string } => {
  const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' })
  return { isOk: status === 0, output: stdout + stderr }
}
