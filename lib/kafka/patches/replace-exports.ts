import { createRequire } from 'node:module'

/**
 * Replaces what a module of kafkajs exports, once. kafkajs loads the modules of its requests with the first
 * such request, so this must happen before that.
 *
 * @param path of the module, such as `kafkajs/src/protocol/requests/metadata/v4/request`
 */
export const replaceExports = <T extends object>(path: string, replace: (original: T) => T): void => {
  const require = createRequire(import.meta.url)
  const original = require(path) as T & { isPatched?: true }
  const loaded = require.cache[require.resolve(path)]
  if (loaded === undefined || original.isPatched) return
  loaded.exports = Object.assign(replace(original), { isPatched: true })
}
