import { byId } from './dom.js'

/** The dialog that asks for a token. The token goes to the server once and is then forgotten here. */
export const createSignIn = (onSignedIn) => {
  const dialog = byId('sign-in')
  const form = dialog.querySelector('form')
  const field = form.elements.token
  dialog.addEventListener('cancel', (event) => event.preventDefault())
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const response = await fetch('/session', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ token: field.value }),
    })
    field.value = ''
    const answer = await response.json()
    byId('sign-in-problem').textContent = response.ok ? '' : `Not signed in: ${answer.message}.`
    if (!response.ok) return field.focus()
    dialog.close()
    onSignedIn()
  })
  return {
    ask: () => {
      if (!dialog.open) dialog.showModal()
    },
  }
}
