import {
  type StoredComment,
  startTrackerDouble,
  type TrackerDouble,
  type TrackerReply,
  type TrackerRequest,
  type TrackerState,
} from './tracker-double.ts'

/**
 * A strict double of Conduit, the API of Phabricator and Phorge, as far as tasks need it. It answers 200 to
 * every call, and accepts nothing but a form whose lists are written as PHP reads them.
 */
export const startConduit = (): Promise<TrackerDouble> =>
  startTrackerDouble(`api-${'k'.repeat(28)}`, (request, state) => {
    const [, method = ''] = /^\/api\/([a-z.]+)$/.exec(request.url.pathname) ?? []
    const call = methods[method]
    if (call === undefined) {
      state.misuse(`there is no method ${request.url.pathname}`)
      return failed('ERR-CONDUIT-CALL', `API Method "${method}" does not exist.`)
    }
    const { 'api.token': token, ...form } = formOf(request, state)
    if (token !== state.token)
      return failed('ERR-INVALID-AUTH', `API token "${token}" has the wrong length or is not valid.`)
    for (const name of Object.keys(form))
      if (!call.parameters.test(name)) state.misuse(`${method} has no parameter ${name}`)
    return call.answer(form, state)
  })

type Form = Readonly<Record<string, string>>

const formOf = ({ method, url, headers, body }: TrackerRequest, { misuse }: TrackerState): Form => {
  if (method !== 'POST') misuse(`Conduit is called with POST, not with ${method}`)
  if (headers['content-type'] !== 'application/x-www-form-urlencoded') misuse('the body must be a form')
  if (url.search !== '') misuse('a parameter is in the URL')
  const form = new URLSearchParams(body)
  if (form.size !== new Set(form.keys()).size) misuse('a parameter is given twice')
  return Object.fromEntries(form)
}

const done = (result: unknown): TrackerReply => ({
  status: 200,
  body: { result, error_code: null, error_info: null },
})
const failed = (code: string, text: string): TrackerReply => ({
  status: 200,
  body: { result: null, error_code: code, error_info: text },
})

interface Method {
  parameters: RegExp
  answer(form: Form, state: TrackerState): TrackerReply
}

const methods: Readonly<Record<string, Method>> = {
  'user.whoami': { parameters: /^$/, answer: () => done({ phid: 'PHID-USER-1', userName: 'bridge-bot' }) },
  'maniphest.search': {
    parameters: /^constraints\[ids\]\[0\]$/,
    answer: (form, { tasks, misuse }) => {
      const id = form['constraints[ids][0]'] ?? ''
      if (!/^\d+$/.test(id)) misuse(`an id is a number, not ${id}`)
      const isThere = tasks.has(`T${id}`)
      return done({ data: isThere ? [{ id: Number(id), type: 'TASK' }] : [], cursor: { after: null } })
    },
  },
  'maniphest.edit': {
    parameters: /^(objectIdentifier|transactions\[0\]\[(type|value)\])$/,
    answer: (form, { tasks, misuse }) => {
      const comments = tasks.get(form.objectIdentifier ?? '')
      if (comments === undefined)
        return failed(
          'ERR-CONDUIT-CORE',
          `Monogram "${form.objectIdentifier}" does not identify a valid object.`,
        )
      const content = form['transactions[0][value]'] ?? ''
      if (form['transactions[0][type]'] !== 'comment' || content === '') misuse('this is no comment')
      comments.push({ at: Date.now(), content })
      return done({ object: { id: 1, phid: 'PHID-TASK-1' }, transactions: [{ phid: 'PHID-XACT-1' }] })
    },
  },
  'transaction.search': {
    parameters: /^(objectIdentifier|limit|after)$/,
    answer: (form, { tasks, misuse }) => {
      const comments = tasks.get(form.objectIdentifier ?? '')
      if (comments === undefined)
        return failed('ERR-CONDUIT-CORE', `No object "${form.objectIdentifier}" exists.`)
      const limit = Number(form.limit ?? 100)
      if (!(limit >= 1 && limit <= 100)) misuse(`a limit of ${form.limit}`)
      // An id counts down, and `after` is the id of the last item of the page before.
      const end = form.after === undefined ? comments.length : Number(form.after)
      const page = comments.slice(Math.max(0, end - limit), end).reverse()
      const after = end - limit > 0 ? String(end - limit) : null
      return done({ data: page.map(transactionOf), cursor: { limit, after, before: null } })
    },
  },
}

const transactionOf = ({ at, content }: StoredComment) => ({
  dateCreated: Math.floor(at / 1000),
  comments: content === null ? [] : [{ version: 1, removed: false, content: { raw: content } }],
})
