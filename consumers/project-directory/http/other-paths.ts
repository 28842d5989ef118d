import type { Request } from 'express'
import type { HolderRow } from '../read/holder-row.ts'
import type { HttpAnswer } from './answers.ts'
import type { SubjectRoute } from './route.ts'

/** The holder has another path now: the same question at its new address. */
export const movedAnswer = (route: SubjectRoute, holder: HolderRow, request: Request): HttpAnswer => {
  const url = addressOf(route, holder, request)
  const message = `it has the path ${holder.path} now`
  return { status: 301, body: { message, url }, lines: [url], location: url }
}

/** Several holders are meant: all of them, and no choice. */
export const candidatesAnswer = (
  route: SubjectRoute,
  candidates: readonly HolderRow[],
  request: Request,
  freshness: object,
): HttpAnswer => ({
  status: 300,
  body: {
    message: `several are meant: choose one by its full path or id, or name the instance`,
    candidates: candidates.map((holder) => ({
      instance: holder.instance === '' ? null : holder.instance,
      id: Number(holder.id),
      path: holder.path,
      url: addressOf(route, holder, request, holder.instance),
    })),
    ...freshness,
  },
  lines: candidates.map(({ id, path }) => path ?? id),
})

/** Relative to the server, so that it is right behind a proxy. */
const addressOf = (
  { path, subject }: SubjectRoute,
  holder: HolderRow,
  request: Request,
  instance?: string,
): string => {
  const query = new URLSearchParams(request.originalUrl.split('?')[1] ?? '')
  if (instance) query.set('instance', instance)
  const name = encodeURIComponent(holder.path ?? holder.id)
  return path.replace(`{${subject}}`, name) + (query.size === 0 ? '' : `?${query}`)
}
