import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderTemplate } from '../../../../consumers/chat-notifier/text/template.ts'
import { templateProblem } from '../../../../consumers/delivery/routes/template-problem.ts'

const contexts = [{}, { title: 'Lamps', details: ['one'], record: { user: { name: 'Ada' } } }]

const usable = [
  ...[
    '',
    'text',
    '{{title}}',
    '{{{title}}}',
    '{{record.user.name}}',
    '{{missing.field}}',
    '{{! a comment }}',
  ],
  ...[
    '{{#if title}}a{{else}}b{{/if}}',
    '{{#unless title}}a{{/unless}}',
    '{{#title}}a{{/title}}',
    '{{^title}}a{{/title}}',
  ],
  ...['{{#each details}}{{@index}} {{this}}{{else}}none{{/each}}', '{{#with record}}{{user.name}}{{/with}}'],
  ...[
    '{{lookup details 0}}',
    '{{#if (lookup details 0)}}a{{/if}}',
    '{{#each record as |value key|}}{{key}}{{/each}}',
  ],
]
const unusable = [
  ...[
    '{{upper title}}',
    '{{title wide=1}}',
    '{{#upper title}}a{{/upper}}',
    '{{#if (title)}}a{{/if}}',
    '{{each}}',
  ],
  ...['{{#each}}a{{/each}}', '{{#if}}a{{/if}}', '{{#if title details}}a{{/if}}', '{{#with}}a{{/with}}'],
  ...['{{lookup title}}', '{{log title}}', '{{helperMissing}}', '{{> part}}', '{{#> part}}a{{/part}}'],
  ...['{{#*inline "a"}}{{> a}}{{/inline}}{{> a}}', '{{* part}}', '{{#if title}}a', '{{'],
]

test('a template that is accepted can be rendered, whatever a message lacks', () => {
  for (const template of usable) {
    assert.equal(templateProblem(template), undefined, template)
    for (const context of contexts) assert.doesNotThrow(() => renderTemplate(template, context), template)
  }
})

test('a template that could not be rendered is refused when it is read', () => {
  for (const template of unusable) assert.notEqual(templateProblem(template), undefined, template)
})
