/**
 * The fields of a record that a function reads, as dotted paths. The documents use it, so that the
 * description of a rule cannot differ from the rule. `[]` stands for every item of a list. The records on the
 * path to a field are included.
 */
export const fieldsRead = (read: (record: never) => unknown, record: object): string[] => {
  const paths = new Set<string>()
  const watch = (value: unknown, path: string): unknown => {
    if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return value
    return new Proxy(value, {
      get(target, name, receiver) {
        const member: unknown = Reflect.get(target, name, receiver)
        if (
          typeof name === 'symbol' ||
          typeof member === 'function' ||
          (Array.isArray(target) && name === 'length')
        )
          return member
        const inner = Array.isArray(target) ? `${path}[]` : path === '' ? name : `${path}.${name}`
        paths.add(inner)
        return watch(member, inner)
      },
    })
  }
  read(watch(record, '') as never)
  return [...paths]
}
