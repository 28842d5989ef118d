import { z } from 'zod'

/** What an export needs of a body and no column has. Undefined where the body does not say it. */
export interface BodySays {
  /** GitLab's word for what was done, such as `open` or `award`. */
  action?: string | undefined
  /** The role of a member, such as `Developer`. */
  role?: string | undefined
}

const text = z.string().optional().catch(undefined)
const body = z.object({
  action: text,
  // An emoji says it here, and other events repeat the name of the event.
  event_type: text,
  object_attributes: z.object({ action: text }).optional().catch(undefined),
  access_level: text,
  group_access: text,
  project_access: text,
})

export const readBody = (raw: unknown): BodySays => {
  const parsed = body.safeParse(parseJson(raw)).data
  if (parsed === undefined) return {}
  const { action, event_type, object_attributes, access_level, group_access, project_access } = parsed
  const emoji = ['award', 'revoke'].find((each) => each === event_type)
  return {
    action: object_attributes?.action ?? action ?? emoji,
    role: access_level ?? group_access ?? project_access,
  }
}

const parseJson = (raw: unknown): unknown => {
  try {
    return JSON.parse(String(raw))
  } catch {
    return undefined
  }
}
