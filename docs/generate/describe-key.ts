import { catalogue, type EventType } from '../../schemas/catalogue.ts'
import * as keys from '../../schemas/key.ts'
import { inlinedSchema } from '../../schemas/load.ts'

const projectKey = 'project id as decimal text, e.g. `15`'

const descriptions = new Map<unknown, string>([
  [keys.byProject, projectKey],
  [keys.byGroup, '`group:` and the group id, e.g. `group:78`'],
  [keys.byUser, '`user:` and the user id, e.g. `user:41`'],
  [keys.byKeyId, '`key:` and the id of the SSH key, e.g. `key:4`'],
  [keys.byIngress, '`ingress:` and the id of the ingress'],
  [
    keys.byProjectOrGroup,
    `${projectKey}; \`group:78\` if GitLab names a group and no project; \`instance\` if it names neither`,
  ],
  [
    keys.byTokenOwner,
    `${projectKey}; \`group:78\` for the token of a group; \`instance\` if neither is known`,
  ],
  [
    keys.byMilestoneOwner,
    `${projectKey}; \`group:78\` for the milestone of a group; \`instance\` if neither is known`,
  ],
  [
    keys.byPromotion,
    '`group:` and the id of the top-level group, e.g. `group:78`; `user:41` if GitLab names no group',
  ],
])

/**
 * How the key of an event is made, in Markdown.
 *
 * @throws Error where a new kind of key has no description here
 */
export const describeKey = (event: EventType): string => {
  const { key, schema } = catalogue[event]
  const description = descriptions.get(key)
  if (description === undefined)
    throw new Error(
      `The key of ${event} (${key.name}) has no description. Add it to docs/generate/describe-key.ts.`,
    )
  const project = inlinedSchema(schema).fields.find(({ name }) => name === 'project_id')
  const isNullable = Array.isArray(project?.type)
  return key === keys.byProject && isNullable
    ? `${description}; \`instance\` if GitLab names no project`
    : description
}
