import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The lines of all daily files of the push author log. @param folder its PUSH_AUTHOR_LOG_DIR */
export const linesOfDays = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.ndjson'))
    .sort()
    .flatMap((day) => readFileSync(join(folder, day), 'utf8').split('\n'))
    .filter((line) => line !== '')
