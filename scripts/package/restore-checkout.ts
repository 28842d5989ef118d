import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** Where `npm pack` keeps the package.json of the checkout meanwhile. */
export const savedManifest = (root: string): string => join(root, 'package.json.before-pack')

/** Takes back what prepack.ts has changed in a checkout. Without such changes it does nothing. */
export const restoreCheckout = (root: string): void => {
  rmSync(join(root, 'dist'), { recursive: true, force: true })
  if (existsSync(savedManifest(root))) renameSync(savedManifest(root), join(root, 'package.json'))
}
