import { byId, element } from './dom.js'

const most = 500
const badges = { test: 'test', sample: 'sample', simulate: 'simulated' }

/** The newest events that pass the filter, and those that wait while the list is paused. */
export const createList = (onOpen) => {
  const list = byId('events')
  let all = []
  let waiting = []
  let passes = () => true
  let isPaused = false

  const rowOf = (summary) => {
    const { received_at, event, project, sentence, kind } = summary
    const time = new Date(received_at)
    const button = element(
      'button',
      { type: 'button', 'aria-expanded': 'false' },
      element('time', { datetime: received_at, title: time.toLocaleString() }, time.toLocaleTimeString()),
      element('span', { class: 'type' }, event),
      element('span', { class: 'project' }, project ?? '–'),
      element('span', { class: 'sentence' }, sentence),
    )
    if (badges[kind] !== undefined) button.append(element('span', { class: 'badge' }, badges[kind]))
    button.addEventListener('click', () => onOpen(summary, button))
    return element('li', {}, button)
  }

  const draw = () => {
    list.replaceChildren(...all.filter(passes).slice(-most).reverse().map(rowOf))
    byId('empty').hidden = list.childElementCount > 0
  }
  /** New rows come on top, and the oldest leave, so that the focus stays where it is. */
  const add = (events) => {
    all = [...all, ...events].slice(-2 * most)
    list.prepend(...events.filter(passes).slice(-most).reverse().map(rowOf))
    while (list.childElementCount > most) list.lastElementChild?.remove()
    byId('empty').hidden = list.childElementCount > 0
  }
  let coming = []
  const flush = () => {
    add(coming)
    coming = []
  }
  return {
    take: (events) => {
      if (isPaused) waiting = [...waiting, ...events].slice(-2 * most)
      else {
        if (coming.length === 0) setTimeout(flush, 50)
        coming.push(...events)
      }
    },
    waiting: () => waiting.filter(passes).length,
    pause: (paused) => {
      isPaused = paused
      if (!paused) {
        add(waiting)
        waiting = []
      }
    },
    filter: (filter) => {
      passes = filter
      draw()
    },
    clear: () => {
      all = []
      waiting = []
      draw()
    },
  }
}
