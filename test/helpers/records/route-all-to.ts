import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Environment } from '../../../lib/config.ts'
import { eventTypes } from '../../../schemas/catalogue.ts'

interface Routed {
  env: Environment
  destination: string
}

/**
 * Writes a file of routes that sends every event to one destination.
 *
 * @param folder for the file
 * @param destination its settings, such as `{ type: 'slack', url }`
 * @param conditions of the route
 * @returns the variable that names the file, and the name of the destination. Test files that run at the same
 *   time share a database, so each destination has a name of its own: its outbox is found by its name
 */
export const routeAllTo = async (
  folder: string,
  destination: object,
  conditions: object = {},
): Promise<Routed> => {
  const file = join(folder, 'routes.yaml')
  const visibility = ['public', 'internal', 'private']
  const name = `outside-${randomBytes(4).toString('hex')}`
  const route = {
    to: name,
    events: eventTypes,
    visibility,
    confidential: true,
    notify: 'every',
    ...conditions,
  }
  const outside = { ...destination, allow_private: true }
  await writeFile(file, JSON.stringify({ destinations: { [name]: outside }, routes: [route] }))
  return { env: { ROUTES_FILE: file }, destination: name }
}
