import { trustAlso } from '../trust-also.ts'
import type { RegistryAccess, RegistrySettings } from './registry-settings.ts'

/**
 * Sends a request and returns the answer, parsed from JSON.
 *
 * @param request without it, the method is GET
 * @throws Error if there is no answer in time, or it is not JSON
 */
export type CallRegistry = (path: string, request?: RegistryRequest) => Promise<unknown>

interface RegistryRequest {
  method: 'GET' | 'POST' | 'PUT'
  /** JSON. */
  body?: string
}

/** For requests that the client does not offer. */
export const createCallRegistry = (
  { SCHEMA_REGISTRY_URL: url }: RegistrySettings,
  { ca, authorization }: RegistryAccess,
  timeoutMs: number,
): CallRegistry => {
  let opened: ReturnType<typeof openClient> | undefined
  return async (path, { method, body } = { method: 'GET' }) => {
    const credentials = await authorization()
    opened ??= openClient(ca)
    const { request, dispatcher } = await opened
    const response = await request(`${url.replace(/\/$/, '')}${path}`, {
      method,
      ...(body !== undefined && { body }),
      headers: {
        'content-type': 'application/json',
        ...(credentials !== undefined && { authorization: credentials }),
      },
      signal: AbortSignal.timeout(timeoutMs),
      dispatcher,
    })
    return await response.body.json()
  }
}

/** The client is loaded with the first request, because most processes never send one. */
const openClient = async (ca: string | undefined) => {
  const { Agent, request } = await import('undici')
  return { request, dispatcher: new Agent({ connect: trustAlso(ca) }) }
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
