import type { RegistrySettings } from './registry-settings.ts'

/** Repeats a request and returns the error code in the answer of the registry; undefined if there is none. */
export type ReadErrorCode = (path: string, request?: { method: 'POST'; body: string }) => Promise<unknown>

/**
 * The client's errors hold only the HTTP status. Status 404 does not say enough: any server sends it for a
 * path that it does not have. The error code of Confluent's API does: 404 followed by two digits.
 */
export const createReadErrorCode = (settings: RegistrySettings, timeoutMs: number): ReadErrorCode => {
  const {
    SCHEMA_REGISTRY_URL: url,
    SCHEMA_REGISTRY_USERNAME: username,
    SCHEMA_REGISTRY_PASSWORD: password = '',
  } = settings
  const credentials = Buffer.from(`${username}:${password}`).toString('base64')
  const headers = {
    'content-type': 'application/json',
    ...(username !== undefined && { authorization: `Basic ${credentials}` }),
  }
  return async (path, request) => {
    try {
      const signal = AbortSignal.timeout(timeoutMs)
      const response = await fetch(`${url.replace(/\/$/, '')}${path}`, { ...request, headers, signal })
      return ((await response.json()) as { error_code?: unknown } | null)?.error_code
    } catch {
      return undefined
    }
  }
}

/** The code for an id that has no schema. */
export const schemaNotFound = 40403

/** Whether the code says that the registry does not know a subject, a version or a schema. */
export const isNotFound = (code: unknown): boolean => Number(code) >= 40400 && Number(code) < 40500
