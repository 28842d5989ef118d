/** A body that a sender with a valid token could send to hold up the ingress. */
export interface HostileBody {
  name: string
  create(): Buffer
}

/** GitLab sends at most 25 MiB, and the ingress accepts 26 MiB. */
const maxBytes = 26 * 2 ** 20

/** As many values as a body may hold without being refused unread, counted generously. */
const allowedValues = 990_000

const push = '"object_kind":"push","project_id":15,"before":"a","after":"b","ref":"c"'
const mergeRequest = '"object_kind":"merge_request","project":{"id":15}'

/** Where the items stand: the text before them, whether they need names, and the text after them. */
const places: Readonly<Record<string, readonly [before: string, isNamed: boolean, after: string]>> = {
  commits: [`{${push},"commits":[`, false, ']}'],
  'files of a commit': [`{${push},"commits":[{"added":[`, false, ']}]}'],
  'push options': [`{${push},"push_options":{`, true, '}}'],
  labels: [`{${mergeRequest},"object_attributes":{"id":1},"labels":[`, false, ']}'],
  changes: [`{${mergeRequest},"object_attributes":{"id":1},"changes":{`, true, '}}'],
  'JSON text': [`{${mergeRequest},"object_attributes":{"id":1,"merge_params":{`, true, '}}}'],
  jobs: [
    '{"object_kind":"pipeline","project":{"id":15},"object_attributes":{"id":1},"builds":[',
    false,
    ']}',
  ],
  'an unknown field': [`{${push},"x":[`, false, ']}'],
  'top level': ['{', true, '}'],
  'no object': ['[', false, ']'],
}

/** The items, and how many values each of them has. */
const items: Readonly<Record<string, readonly [item: (index: number) => string, values: number]>> = {
  'empty objects': [() => '{}', 1],
  'empty lists': [() => '[]', 1],
  numbers: [() => '1', 1],
  texts: [(index) => `"text ${index}"`, 1],
  'objects with names of their own': [(index) => `{"k${index}":1}`, 2],
  'long names': [(index) => `{"${'k'.repeat(60)}${index}":"${index}"}`, 2],
  'lists of lists': [() => `${'['.repeat(90)}${']'.repeat(90)}`, 90],
  escapes: [() => `"${'\\u20ac'.repeat(50)}"`, 1],
  'long texts': [() => `"${'€'.repeat(100_000)}"`, 1],
  'huge numbers': [() => '-1.7976931348623157e+308', 1],
}

const fill = (place: string, item: string, maxItems: number): Buffer => {
  const [before, isNamed, after] = places[place] ?? ['', false, '']
  const [create] = items[item] ?? [() => '0', 1]
  const texts: string[] = []
  let bytes = before.length + after.length
  for (let index = 0; index < maxItems; index++) {
    const text = isNamed ? `"${index}n":${create(index)}` : create(index)
    bytes += Buffer.byteLength(text) + 1
    if (bytes > maxBytes) break
    texts.push(text)
  }
  return Buffer.from(before + texts.join(',') + after)
}

/** The bodies that hold as much as the ingress parses: 100 kinds, with up to 26 MB. */
export const parsedKinds: readonly HostileBody[] = Object.keys(places).flatMap((place) =>
  Object.entries(items).map(([item, [, values]]) => ({
    name: `${item} as ${place}`,
    create: () => fill(place, item, allowedValues / values),
  })),
)

/** The bodies that hold so much that the ingress does not parse them. */
export const unparsedKinds: readonly HostileBody[] = [
  { name: '21 MB of empty commits', create: () => fill('commits', 'empty objects', 7_000_000) },
  { name: '26 MB of numbers', create: () => fill('an unknown field', 'numbers', Number.POSITIVE_INFINITY) },
  {
    name: '13,000,000 levels',
    create: () => Buffer.from(`{${push},"x":${'['.repeat(13_000_000)}${']'.repeat(13_000_000)}}`),
  },
  { name: '26 MB of open brackets', create: () => Buffer.alloc(maxBytes, '[') },
]
