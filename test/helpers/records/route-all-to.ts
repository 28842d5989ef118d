import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Environment } from '../../../lib/config.ts'
import { eventTypes } from '../../../schemas/catalogue.ts'

/**
 * Writes a file of routes that sends every event to one destination.
 *
 * @param folder for the file
 * @param destination its settings, such as `{ type: 'slack', url }`
 * @returns the variable that names the file
 */
export const routeAllTo = async (folder: string, destination: object): Promise<Environment> => {
  const file = join(folder, 'routes.yaml')
  const visibility = ['public', 'internal', 'private']
  const route = { to: 'outside', events: eventTypes, visibility, confidential: true, notify: 'every' }
  const outside = { ...destination, allow_private: true }
  await writeFile(file, JSON.stringify({ destinations: { outside }, routes: [route] }))
  return { ROUTES_FILE: file }
}
