import { byId } from './dom.js'

/** Opens one record beside its body. */
export const createDetail = (onSignedOut) => {
  const detail = byId('detail')
  let opener
  const close = () => {
    detail.hidden = true
    opener?.setAttribute('aria-expanded', 'false')
    opener?.focus()
  }
  byId('detail-close').addEventListener('click', close)
  addEventListener('keydown', ({ key }) => {
    if (key === 'Escape' && !detail.hidden) close()
  })
  const show = (record, raw) => {
    byId('detail-record').textContent = record
    byId('detail-raw').textContent = raw
  }
  return async (summary, button) => {
    const { topic, partition, offset, sentence, url } = summary
    opener?.setAttribute('aria-expanded', 'false')
    opener = button
    button.setAttribute('aria-expanded', 'true')
    byId('detail-title').textContent = sentence
    const link = byId('detail-link')
    link.hidden = !/^https?:\/\//i.test(url ?? '')
    if (!link.hidden) link.href = url
    show('Loading…', 'Loading…')
    detail.hidden = false
    byId('detail-title').focus()
    const response = await fetch(`/records/${encodeURIComponent(topic)}/${partition}/${offset}`)
    if (response.status === 401) onSignedOut()
    if (!response.ok) return show('The record cannot be read any more.', '')
    const { raw, raw_base64, raw_missing, ...record } = await response.json()
    const body =
      raw_missing === undefined ? (raw ?? `base64: ${raw_base64}`) : `The body is gone: ${raw_missing}.`
    show(JSON.stringify(record, null, 2), body)
  }
}
