import { existsSync } from 'node:fs'

const paths = ['/usr/bin/chromium', '/usr/bin/chromium-browser']

/** The path of the installed Chromium, if there is one. */
export const findChromium = (): string | undefined => paths.find((path) => existsSync(path))
