import { pushRow } from './audit-rows.ts'

// A person who asks to be erased.

export const frieda = { user_id: 77, user_username: 'Frieda.Kühn', user_name: 'Frieda Kühn' }

/** What the operator knows of her, as options of `bridge audit erase`. */
export const friedaOptions = {
  user: ['77', '@frieda.kühn'],
  email: ['f.kuehn@example.com'],
  name: ['Frieda Kühn'],
  instance: 'https://git.example',
  reason: 'request 4711',
}

const bodyOf = (value: unknown) => ({ raw: Buffer.from(JSON.stringify(value)) })
const ascii = String.raw`{"author":{"name":"Frieda K\u00fchn"},"text":"\u003cf.kuehn@example.com\u003e"}`

/**
 * One row for each way in which a body can name her: she is actor or subject of 0 and 1, and 2 to 7 mention
 * her. The rows 8 and 9 only seem to.
 */
export const friedaRows = () => [
  pushRow(0, { ...frieda, summary: 'Frieda Kühn pushed.', ...bodyOf({ user_id: 77 }) }),
  pushRow(1, { subject_id: 77, subject_username: 'frieda.kühn', subject_name: 'Frieda Kühn' }),
  pushRow(2, bodyOf({ commits: [{ message: 'Fix\n\nCo-authored-by: x <F.Kuehn@example.com>' }] })),
  pushRow(3, bodyOf({ text: 'thanks @frieda.kühn, done' })),
  pushRow(4, { raw: Buffer.from(ascii) }),
  pushRow(5, bodyOf({ object_attributes: { assignee_ids: [12, 77] } })),
  pushRow(6, { raw: Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('FRIEDA KÜHN')]) }),
  pushRow(7, { ref: 'refs/heads/frieda.kühn-fix' }),
  pushRow(8, bodyOf({ text: 'alfrieda.kühn and frieda.kühnemann', user_id: 777, total: 77 })),
  pushRow(9, { user_id: 77, instance: 'https://other.example' }),
]
