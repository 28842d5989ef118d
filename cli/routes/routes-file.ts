import { routesVariables } from '../../consumers/delivery/routes/routes-variables.ts'
import { type Environment, readVariables } from '../../lib/config.ts'

/** @param given the file of the command line; undefined: that of ROUTES_FILE */
export const routesFileOf = (given: string | undefined, env: Environment): string =>
  given ?? readVariables(routesVariables, env).ROUTES_FILE
