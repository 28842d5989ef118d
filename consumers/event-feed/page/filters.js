const names = ['event', 'project', 'group', 'branch', 'author']

/** The filters that an address has: `?event=push&project=group/**`. */
export const readFilters = (search) => {
  const parameters = new URLSearchParams(search)
  return Object.fromEntries(names.map((name) => [name, parameters.getAll(name).join(',')]))
}

/** The address of filters; an empty text where there are none. */
export const filterQuery = (filters) => {
  const parameters = new URLSearchParams()
  for (const name of names) if (filters[name]?.trim()) parameters.set(name, filters[name].trim())
  return String(parameters)
}

const valuesOf = (text) =>
  (text ?? '')
    .split(',')
    .map((value) => value.trim().toLowerCase())
    .filter((value) => value !== '')

/** As the server compares: `*` is a part of one segment, `**` any number of segments. */
const matches = (glob, text) => {
  const parts = glob.split(/(\*\*|\*)/).map((part) => {
    if (part === '**') return '.*'
    return part === '*' ? '[^/]*' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  })
  return new RegExp(`^${parts.join('')}$`, 's').test(text)
}

const groupsAbove = (path) => {
  const parts = path.split('/')
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}

/** Whether a summary passes the filters. */
export const createFilter = (filters) => {
  const wanted = Object.fromEntries(names.map((name) => [name, valuesOf(filters[name])]))
  const some = (name, texts) =>
    wanted[name].length === 0 || wanted[name].some((glob) => texts.some((text) => matches(glob, text)))
  return ({ event, project, project_id, ref, who }) => {
    const path = (project ?? '').toLowerCase()
    return (
      some('event', [event]) &&
      some('project', [path, String(project_id ?? '')]) &&
      some('group', groupsAbove(path)) &&
      some('branch', [(ref ?? '').replace(/^refs\/(heads|tags)\//, '').toLowerCase()]) &&
      some('author', [(who ?? '').toLowerCase()])
    )
  }
}
