import type { Environment } from '../../../lib/config.ts'
import { describeConfiguration } from '../../config/describe.ts'
import type { Finding } from '../finding.ts'

/** Every variable that is wrong or contradicts another one. @param given the environment of the user alone */
export const checkConfiguration = async (env: Environment, given: Environment): Promise<Finding[]> => {
  const rows = describeConfiguration(env, given)
  const faults = rows.flatMap(({ section, variable, fault }): Finding[] =>
    fault === undefined
      ? []
      : [
          {
            check: 'configuration',
            state: 'problem',
            says: `${variable} (${section}): ${fault}.`,
            todo: `correct ${variable}; \`bridge config\` prints every variable`,
          },
        ],
  )
  return faults.length > 0
    ? faults
    : [{ check: 'configuration', state: 'ok', says: `All ${rows.length} variables are valid.` }]
}
