import type { RecordOf } from '../../../schemas/catalogue.ts'
import { shorten } from '../../event-text/visible-text.ts'
import { code, type Line, line, link } from '../text/piece.ts'
import type { Told, Tone } from './chat-message.ts'
import { counted, inProject, person, projectPage, seconds, shortSha } from './names.ts'

const tones: Readonly<Record<string, Tone>> = { success: 'good', fixed: 'good', failed: 'bad' }
const words: Readonly<Record<string, string>> = { success: 'passed', fixed: 'is fixed', failed: 'failed' }

const toneOf = (status: string): Tone => tones[status] ?? 'neutral'
const stateText = (status: string): string => words[status] ?? `is ${status.replaceAll('_', ' ')}`

/** @param state the status, or `fixed` where the last pipeline of the branch had failed */
export const pipeline = (record: RecordOf<'pipeline'>, state?: string): Told => {
  const { object_attributes: own, project, user, commit, builds } = record
  const status = state ?? own.status
  const page = own.url ?? projectPage(project, `pipelines/${own.id}`)
  const failed = builds.filter((build) => build.status === 'failed' && build.allow_failure !== true)
  const name = link(`Pipeline #${own.id}`, page)
  return {
    headline: [
      ...line`${name} of ${code(own.ref ?? '?')} ${stateText(status)}${seconds(own.duration)}`,
      ...line`${inProject(project)}${user === null ? null : line`, started by ${person(user)}`}`,
    ],
    details: [...failedJobs(record, failed), ...commitOf(commit)],
    link: page,
    tone: toneOf(status),
    mergeKey: `pipeline ${own.id} ${page ?? ''}`,
  }
}

const failedJobs = ({ project }: RecordOf<'pipeline'>, failed: RecordOf<'pipeline'>['builds']): Line[] => {
  if (failed.length === 0) return []
  const shown = failed
    .slice(0, 5)
    .flatMap(({ id, name }, index) => [
      { text: index === 0 ? '' : ', ' },
      link(shorten(name ?? String(id), 80), projectPage(project, `jobs/${id}`)),
    ])
  const more = failed.length > 5 ? ` and ${counted(failed.length - 5, 'more job')}` : ''
  return [line`Failed: ${shown}${more}`]
}

const firstLine = (text: string | null): string => shorten(text?.split('\n')[0] ?? '', 150)

const commitOf = (commit: RecordOf<'pipeline'>['commit']): Line[] =>
  commit === null
    ? []
    : [line`${link(shortSha(commit.id), commit.url)} ${firstLine(commit.title ?? commit.message)}`]

export const job = (record: RecordOf<'job'>): Told => {
  const { build_name, build_id, build_status, build_stage, ref, project, user, commit } = record
  const page = projectPage(project, `jobs/${build_id}`)
  const place =
    project === null && record.project_name !== null ? ` in ${record.project_name}` : inProject(project)
  const reason = record.build_failure_reason ?? 'unknown_failure'
  return {
    headline: [
      ...line`Job ${link(shorten(build_name ?? String(build_id), 100), page)} of ${code(ref ?? '?')} `,
      ...line`${stateText(build_status)}${seconds(record.build_duration)}${place}`,
    ],
    details: [
      ...(build_status === 'failed' && reason !== 'unknown_failure'
        ? [line`Reason: ${reason.replaceAll('_', ' ')}`]
        : []),
      line`Stage ${build_stage ?? '?'}${user === null ? null : line`, started by ${person(user)}`}`,
      ...(commit === null
        ? []
        : [line`${code(shortSha(commit.sha))} ${shorten(commit.message?.split('\n')[0] ?? '', 150)}`]),
    ],
    link: page,
    tone: toneOf(build_status),
  }
}

export const deployment = (record: RecordOf<'deployment'>): Told => {
  const { environment, status, project, user, approver, deployable_url, commit_title } = record
  const who = approver ?? user
  const name = link(shorten(environment, 80), record.environment_external_url)
  return {
    headline: [
      ...line`Deployment to ${name} ${stateText(status)}${inProject(project)}`,
      ...(who === null ? [] : line`, by ${person(who)}`),
    ],
    details: [
      ...(commit_title === null
        ? []
        : [line`${link(record.short_sha ?? '', record.commit_url)} ${shorten(commit_title, 150)}`]),
      ...(record.approval?.comment ? [line`Comment: ${shorten(record.approval.comment, 200)}`] : []),
    ],
    link: deployable_url ?? project?.web_url,
    tone: toneOf(status),
  }
}
