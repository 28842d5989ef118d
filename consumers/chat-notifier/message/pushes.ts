import type { RecordOf } from '../../../schemas/catalogue.ts'
import type { Commit } from '../../../schemas/parts/commit.generated.ts'
import { shorten } from '../../event-text/visible-text.ts'
import { codeLink, type Line, line, link } from '../text/piece.ts'
import type { Told } from './chat-message.ts'
import { counted, inProject, person, personName, projectPage, shortRef, shortSha } from './names.ts'

type PushRecord = RecordOf<'push' | 'tag_push'>

const shownCommits = 5

/** A push. The number of commits is that of GitLab, whatever the hook shows. */
export const push = (record: PushRecord): Told => {
  const { project, ref, commits, deleted, created, after } = record
  const kind = record.eventType === 'push' ? 'branch' : 'tag'
  const who = person({ name: record.user_name, username: record.user_username })
  const name = codeLink(
    shortRef(ref),
    deleted ? undefined : projectPage(project, `tree/${encoded(shortRef(ref))}`),
  )
  const where = inProject(project)
  if (deleted) return { headline: line`${who} deleted the ${kind} ${name}${where}`, link: project?.web_url }
  const count = record.total_commits_count ?? commits.length
  const details = commitLines(record, count)
  const page = compareOf(record) ?? projectPage(project, `commit/${record.after}`)
  if (created) {
    const by = count === 0 || kind === 'tag' ? '' : ` with ${counted(count, 'commit')}`
    return { headline: line`${who} created the ${kind} ${name}${by}${where}`, details, link: page }
  }
  if (count === 0)
    return {
      headline: line`${who} moved the ${kind} ${name} to ${shortSha(after)} without new commits${where}`,
      details: [line`The branch may have been reset by a forced push.`],
      link: page,
    }
  return { headline: line`${who} pushed ${counted(count, 'commit')} to ${name}${where}`, details, link: page }
}

const encoded = (ref: string): string => ref.toWellFormed().split('/').map(encodeURIComponent).join('/')

const compareOf = ({ project, before, after, created }: PushRecord): string | undefined =>
  created ? undefined : projectPage(project, `compare/${before}...${after}`)

/** The newest commits of the hook, and how many are not shown or not in the hook. */
const commitLines = (record: PushRecord, count: number): Line[] => {
  const { commits, message, eventType } = record
  if (eventType === 'tag_push') return message ? [line`${shorten(message, 200)}`] : []
  const shown = commits.slice(-shownCommits).reverse().map(commitLine)
  const more = Math.min(count, commits.length) - shown.length
  const missing = Math.max(0, count - commits.length)
  const compare = compareOf(record)
  return [
    ...shown,
    ...(more > 0 ? [line`${counted(more, 'more commit')}`] : []),
    ...(missing > 0 ? [line`${link(`${counted(missing, 'commit')} not in the hook`, compare)}`] : []),
  ]
}

const commitLine = ({ id, title, message, url, author }: Commit): Line => {
  const text = shorten(title ?? message?.split('\n')[0] ?? '', 150)
  return line`${codeLink(shortSha(id), url)} ${text} (${personName({ name: author?.name ?? null })})`
}

export const repositoryUpdate = (record: RecordOf<'repository_update'>): Told => {
  const who = person({ name: record.user_name })
  const [first] = record.refs
  const what = record.refs.length === 1 ? shortRef(first ?? '') : counted(record.refs.length, 'ref')
  return { headline: line`${who} changed ${what}${inProject(record.project)}`, link: record.project?.web_url }
}
