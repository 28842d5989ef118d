import { z } from 'zod'
import { apiPath } from '../../gitlab-api/api-path.ts'
import { gitlabFailureOf } from '../../gitlab-api/failure.ts'
import type { PersonQuery } from '../directory/find-person.ts'
import type { SyncContext } from './sync-context.ts'

/** GitLab shows the identities of a user to administrators only. */
const user = z.object({
  identities: z.array(z.object({ provider: z.string(), extern_uid: z.string().nullable() })).optional(),
})

type User = z.output<typeof user>

/**
 * Asks GitLab for the DN by which a user signs in: the identity of an LDAP provider, such as `ldapmain`.
 *
 * @throws GitlabRetriableError while GitLab is unavailable
 */
export const findIdentity = async (
  { gitlab, logger }: SyncContext,
  instance: string,
  userId: number,
  provider: string,
): Promise<PersonQuery | { kind: 'not_found' | 'not_known' }> => {
  const api = gitlab.of(instance === '' ? null : instance)
  if (api === undefined) return { kind: 'not_known' }
  const path = apiPath`/users/${userId}`
  const found = await api.call({ path, read: user }).catch((error: unknown): User => {
    const kind = gitlabFailureOf(error)?.kind
    if (kind === 'not_found' || kind === 'forbidden') return {}
    throw error
  })
  if (found.identities === undefined) {
    logger.warn(
      'GitLab does not show the identities of a user, so that the user is not bound to an entry: the token ' +
        'must be one of an administrator',
      { user_id: userId },
    )
    return { kind: 'not_known' }
  }
  const dn = found.identities.find((each) => each.provider === provider)?.extern_uid
  return dn === undefined || dn === null ? { kind: 'not_found' } : { by: 'dn', dn }
}
