import type { RegistrySettings } from './registry-settings.ts'

/**
 * Sends a request and returns the answer, parsed from JSON.
 *
 * @param request without it, the method is GET
 * @throws Error if there is no answer in time, or it is not JSON
 */
export type CallRegistry = (path: string, request?: RegistryRequest) => Promise<unknown>

interface RegistryRequest {
  method: 'POST' | 'PUT'
  /** JSON. */
  body: string
}

/** For requests that the client does not offer. */
export const createCallRegistry = (settings: RegistrySettings, timeoutMs: number): CallRegistry => {
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
    const signal = AbortSignal.timeout(timeoutMs)
    const response = await fetch(`${url.replace(/\/$/, '')}${path}`, { ...request, headers, signal })
    return await response.json()
  }
}

/**
 * Repeats a request and returns the error code in the answer of the registry; undefined if there is none. The
 * client's errors hold only the HTTP status. Status 404 does not say enough: any server sends it for a path
 * that it does not have. The error code of Confluent's API does: 404 followed by two digits.
 */
export const readErrorCode = async (
  call: CallRegistry,
  ...[path, request]: Parameters<CallRegistry>
): Promise<unknown> => {
  try {
    return ((await call(path, request)) as { error_code?: unknown } | null)?.error_code
  } catch {
    return undefined
  }
}

/** The code for an id that has no schema. */
export const schemaNotFound = 40403

/** Whether the code says that the registry does not know a subject, a version or a schema. */
export const isNotFound = (code: unknown): boolean => Number(code) >= 40400 && Number(code) < 40500
