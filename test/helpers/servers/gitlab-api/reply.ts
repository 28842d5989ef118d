/** What the double answers. */
export interface Reply {
  status: number
  /** JSON, or plain text where GitLab sends that; undefined for an empty body. */
  body: unknown
  headers?: Readonly<Record<string, string>>
}

/** An answer that ends the handling of a request, in the form that GitLab gives it. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly reply: Reply

  constructor(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
    super(`${status} ${JSON.stringify(body)}`)
    this.reply = { status, body, headers }
  }
}

/** `401 Unauthorized`. */
export const unauthorized = () => new Refusal(401, { message: '401 Unauthorized' })

/** A token that was valid once, and why it is not any more. */
export const invalidToken = (why: 'expired' | 'revoked') =>
  new Refusal(401, {
    error: 'invalid_token',
    error_description:
      why === 'expired'
        ? 'Token is expired. You can either do re-authorization or token refresh.'
        : 'Token was revoked. You have to re-authorize from the user.',
  })

export const insufficientScope = (scopes: readonly string[]) =>
  new Refusal(403, {
    error: 'insufficient_scope',
    error_description: 'The request requires higher privileges than provided by the access token.',
    scope: scopes.join(' '),
  })

export const forbidden = (reason?: string) =>
  new Refusal(403, { message: reason === undefined ? '403 Forbidden' : `403 Forbidden - ${reason}` })

/** @param resource such as `Project`; without it, the route itself is unknown */
export const notFound = (resource?: string) =>
  resource === undefined
    ? new Refusal(404, { error: '404 Not Found' })
    : new Refusal(404, { message: `404 ${resource} Not Found` })

/** A parameter that GitLab's declaration of the endpoint refuses. */
export const badParameter = (problem: string) => new Refusal(400, { error: problem })

/** A value that GitLab's model refuses: attribute → problems. */
export const invalidRecord = (problems: Readonly<Record<string, readonly string[]>>) =>
  new Refusal(400, { message: problems })

export const conflict = (message: string) => new Refusal(409, { message })

export const unprocessable = (message: string) => new Refusal(422, { message })
