import type { CallRegistry } from './call-registry.ts'

/**
 * Completes a registration that ended after the schema was stored and before its compatibility was set: the
 * client sends two requests, and the second one may have been lost. Where the registry does not tell a
 * compatibility that was never set from one that is `NONE`, every later registration would be refused.
 *
 * Nothing is changed if the subject has another compatibility, other versions, or another schema.
 *
 * @param compatibility to set
 * @returns whether it was set
 */
export const completeRegistration = async (
  call: CallRegistry,
  subject: string,
  schema: string,
  compatibility: string,
): Promise<boolean> => {
  const name = encodeURIComponent(subject)
  const config = (await call(`/config/${name}`)) as { compatibilityLevel?: unknown }
  const versions = await call(`/subjects/${name}/versions`)
  if (config.compatibilityLevel !== 'NONE' || !Array.isArray(versions) || versions.length !== 1) return false
  const body = JSON.stringify({ schema })
  const known = (await call(`/subjects/${name}`, { method: 'POST', body })) as { id?: unknown }
  if (typeof known.id !== 'number') return false
  await call(`/config/${name}`, { method: 'PUT', body: JSON.stringify({ compatibility }) })
  return true
}
