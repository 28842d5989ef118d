import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Environment } from '../lib/config.ts'

/**
 * The prefix of the topics and subjects of `--baseline`.
 * The schemas of another checkout can differ from ours,
 * so it registers its own.
 */
export const baselinePrefix = 'baseline.'

/** The program of another checkout of this project. Nothing else of the checkout is used. */
export const baselineProgram = (folder: string): string => join(folder, 'cli/bridge.ts')

/** Runs `bridge setup` of the other checkout. */
export const setUpBaseline = async (folder: string, env: Environment): Promise<void> => {
  await promisify(execFile)(process.execPath, [baselineProgram(folder), 'setup'], {
    env: { ...env, KAFKA_TOPIC_PREFIX: baselinePrefix },
  })
}
