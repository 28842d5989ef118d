/** The key-value store of a Consul. */
export interface ConsulKv {
  /** @returns undefined if the key does not exist */
  get(key: string, signal: AbortSignal): Promise<string | undefined>
  put(key: string, value: string, signal: AbortSignal): Promise<void>
}

const timeoutMs = 5000

/**
 * @param url base address, such as `http://127.0.0.1:8500`
 * @param token for the header X-Consul-Token
 */
export const createConsulKv = (url: string, token: string | undefined): ConsulKv => {
  const request = async (method: 'GET' | 'PUT', key: string, signal: AbortSignal, body?: string) => {
    const path = key.split('/').map(encodeURIComponent).join('/')
    const address = `${url.replace(/\/+$/, '')}/v1/kv/${path}${method === 'GET' ? '?raw' : ''}`
    const response = await fetch(address, {
      method,
      headers: token === undefined ? {} : { 'x-consul-token': token },
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      ...(body !== undefined && { body }),
    })
    const text = await response.text()
    if (!response.ok && response.status !== 404)
      throw new Error(`Consul answers ${method} ${key} with ${response.status}: ${text.slice(0, 200)}`)
    return { status: response.status, text }
  }

  return {
    get: async (key, signal) => {
      const { status, text } = await request('GET', key, signal)
      return status === 404 ? undefined : text
    },
    put: async (key, value, signal) => {
      const { status, text } = await request('PUT', key, signal, value)
      if (status === 404 || text.trim() !== 'true')
        throw new Error(`Consul did not store ${key}: it answers ${status} ${text.slice(0, 200)}`)
    },
  }
}
