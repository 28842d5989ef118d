import type { Project } from '../../../schemas/parts/project.generated.ts'
import type { User } from '../../../schemas/parts/user.generated.ts'
import { shorten } from '../../event-text/visible-text.ts'
import { bold, type Line, line, link, type Piece } from '../text/piece.ts'

type Named = Pick<User, 'name' | 'username'>

/** A person, as people call them. */
export const personName = (user: Partial<Named> | null, unknown = 'Somebody'): string =>
  shorten(user?.name ?? user?.username ?? unknown, 80)

export const person = (user: Partial<Named> | null): Piece => bold(personName(user))

/** ` in group/project`, with a link; nothing where the project is not known. */
export const inProject = (project: Project | null): Line =>
  project === null
    ? []
    : line` in ${link(project.path_with_namespace ?? project.name ?? 'a project', project.web_url)}`

export const titled = (title: string | null | undefined): string => shorten(title ?? 'without a title', 200)

export const shortRef = (ref: string | null): string => (ref ?? '').replace(/^refs\/(heads|tags)\//, '')

export const shortSha = (sha: string | null): string => (sha ?? '').slice(0, 8)

/** `1 commit`, `3 commits`. */
export const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`

/** The path of a page of a project, or nothing where the project has no address. */
export const projectPage = (project: Project | null, path: string): string | undefined =>
  project?.web_url ? `${project.web_url}/-/${path}` : undefined

export const seconds = (duration: number | null): string => {
  if (duration === null) return ''
  const [minutes, rest] = [Math.floor(duration / 60), Math.round(duration % 60)]
  return minutes === 0 ? ` after ${rest} s` : ` after ${minutes} min ${rest} s`
}
