import type { RecordOf } from './catalogue.ts'

/**
 * The full path of the project that a record belongs to, such as `group/subgroup/project`. Old instances
 * send only the address of the project, which ends with its path.
 *
 * @returns null if the event belongs to no project, or if GitLab names neither the path nor the address
 */
export const projectPathOf = (record: RecordOf): string | null => {
  if ('path_with_namespace' in record) return record.path_with_namespace
  if ('project_path_with_namespace' in record) return record.project_path_with_namespace
  if (!('project' in record) || record.project === null) return null
  const { path_with_namespace, web_url } = record.project
  return path_with_namespace ?? pathIn(web_url, record.delivery.instance)
}

/** @param instance base address of the GitLab instance, which may have a path of its own */
const pathIn = (address: string | null, instance: string | null): string | null => {
  if (address === null || !URL.canParse(address)) return null
  const base = instance !== null && address.startsWith(`${instance}/`) ? instance : new URL(address).origin
  const path = address.slice(base.length + 1).replace(/\/+$/, '')
  return path === '' ? null : path
}
