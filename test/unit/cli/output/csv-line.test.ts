import assert from 'node:assert/strict'
import { test } from 'node:test'
import { csvLine } from '../../../../cli/output/csv-line.ts'

test('a cell with a comma, a quote or a line break is quoted', () => {
  assert.equal(csvLine(['a,b', 'say "hi"', 'two\nlines', 'plain']), '"a,b","say ""hi""","two\nlines",plain')
})

test('numbers are written as they are, and null as nothing', () => {
  assert.equal(csvLine([-5, null, 0, '']), '-5,,0,')
})

test('a text that a spreadsheet would take for a formula gets an apostrophe', () => {
  assert.equal(csvLine(['=1+1', '+x', '-x', '@x', '\tx', 'x=1']), "'=1+1,'+x,'-x,'@x,'\tx,x=1")
  assert.equal(csvLine(['=HYPERLINK("http://x","y")']), '"\'=HYPERLINK(""http://x"",""y"")"')
})
