import { PermanentError } from '../../lib/errors.ts'

declare const brand: unique symbol

/** A path below `/api/v4`, whose variable parts are encoded. Only `apiPath` makes one. */
export type ApiPath = string & { readonly [brand]: true }

/**
 * Makes a path, as a tagged template: apiPath`/projects/${'group/project'}/repository/branches`. Each value
 * becomes one segment: a slash in it is encoded, as GitLab expects for a full path or the name of a branch.
 *
 * @throws PermanentError if a value is empty or is a dot segment, which a URL does not keep
 */
export const apiPath = (parts: TemplateStringsArray, ...values: readonly (string | number)[]): ApiPath => {
  const segments = values.map((value) => encodeSegment(String(value)))
  return String.raw({ raw: parts }, ...segments) as ApiPath
}

const encodeSegment = (value: string): string => {
  if (/^\.{0,2}$/.test(value))
    throw new PermanentError(`"${value}" cannot be a part of the path of a request to GitLab`)
  return encodeURIComponent(value)
}
