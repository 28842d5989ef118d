import { connectToStream } from './connection.js'
import { createDetail } from './detail.js'
import { byId } from './dom.js'
import { createFilter, filterQuery, readFilters } from './filters.js'
import { createList } from './list.js'
import { createSignIn } from './sign-in.js'

const states = {
  connecting: 'Connecting…',
  open: 'Live',
  waiting: 'The feed does not answer. Trying again…',
  signed_out: 'Signed out',
}

const form = byId('filters')
const detail = createDetail(() => signIn.ask())
const list = createList(detail)
const signIn = createSignIn(() => send('start'))

const showState = (state) => {
  byId('connection').textContent = states[state]
  byId('connection').dataset.state = state
  if (state === 'signed_out') signIn.ask()
  if (state === 'open') showSession()
}

const showSession = async () => {
  const { state } = await (await fetch('/session')).json()
  byId('sign-out').hidden = state !== 'signed_in'
}

let isPaused = false
const showPause = () => {
  const count = list.waiting()
  byId('pause').textContent = isPaused ? `Resume (${count} waiting)` : 'Pause'
  byId('pause').setAttribute('aria-pressed', String(isPaused))
}

const send = connectToStream((message) => {
  if (message.kind === 'state') return showState(message.state)
  if (message.kind === 'reset')
    return showNotice('Some events are gone: Kafka has deleted them before this page came back.')
  list.take(message.events)
  if (isPaused) showPause()
})

const showNotice = (text) => {
  byId('connection').textContent = text
}

byId('pause').addEventListener('click', () => {
  isPaused = !isPaused
  list.pause(isPaused)
  showPause()
})

const filtersOfForm = () => Object.fromEntries(new FormData(form))
const applyFilters = () => {
  const query = filterQuery(filtersOfForm())
  history.replaceState(null, '', query === '' ? location.pathname : `?${query}`)
  list.filter(createFilter(filtersOfForm()))
  if (isPaused) showPause()
}
const fillForm = () => {
  for (const [name, value] of Object.entries(readFilters(location.search))) form.elements[name].value = value
  list.filter(createFilter(filtersOfForm()))
}
form.addEventListener('input', applyFilters)
form.addEventListener('submit', (event) => event.preventDefault())
form.addEventListener('reset', () => setTimeout(applyFilters))
addEventListener('popstate', fillForm)
fillForm()

/** The same filters for a program. A token is named, never contained. */
const curlCommand = () => {
  const query = filterQuery(filtersOfForm())
  const url = `${location.origin}/sse/${query === '' ? '' : `?${query}`}`.replaceAll("'", '%27')
  const token = byId('sign-out').hidden ? '' : ' --header "Authorization: Bearer $EVENT_FEED_TOKEN"'
  return `curl --no-buffer${token} '${url}'`
}
byId('copy').addEventListener('click', async () => {
  const command = curlCommand()
  byId('copy').dataset.command = command
  const isCopied = await navigator.clipboard?.writeText(command).then(
    () => true,
    () => false,
  )
  if (isCopied) {
    byId('copy').textContent = 'Copied'
    setTimeout(() => {
      byId('copy').textContent = 'Copy as curl'
    }, 1500)
  } else prompt('Copy this command:', command)
})

byId('sign-out').addEventListener('click', async () => {
  await fetch('/session', { method: 'DELETE' })
  list.clear()
  byId('sign-out').hidden = true
  send('stop')
})

const dark = matchMedia('(prefers-color-scheme: dark)')
const themeNow = () => document.documentElement.dataset.theme ?? (dark.matches ? 'dark' : 'light')
const showTheme = () => {
  byId('theme').textContent = themeNow() === 'dark' ? 'Light' : 'Dark'
}
try {
  const kept = localStorage.getItem('theme')
  if (kept !== null) document.documentElement.dataset.theme = kept
} catch {
  // The browser keeps nothing. The theme then follows the system.
}
byId('theme').addEventListener('click', () => {
  document.documentElement.dataset.theme = themeNow() === 'dark' ? 'light' : 'dark'
  try {
    localStorage.setItem('theme', themeNow())
  } catch {
    // As above.
  }
  showTheme()
})
dark.addEventListener('change', showTheme)
showTheme()
