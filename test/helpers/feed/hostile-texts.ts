/** Texts that would do harm if a page took them for markup, for code or for an address. */
const texts = [
  '<script>window.hacked=1</script>',
  '<img src=x onerror="window.hacked=1">',
  '<svg onload=window.hacked=1>',
  '"><script>window.hacked=1</script>',
  "'-window.hacked=1-'",
  '</pre><iframe srcdoc="<script>parent.hacked=1</script>"></iframe>',
  '<a href="javascript:window.hacked=1">x</a>',
  'javascript:window.hacked=1',
  '{{constructor.constructor("window.hacked=1")()}}',
  '$' + '{window.hacked=1}',
  '<style>*{display:none}</style>',
  '<base href="https://evil.example/">',
  '<meta http-equiv="refresh" content="0;url=https://evil.example/">',
  '<form action="https://evil.example/"><button>x</button></form>',
  '<object data="data:text/html,<script>window.hacked=1</script>"></object>',
  '<math><mtext></mtext><mglyph><style><img src=x onerror=window.hacked=1>',
  '<template><script>window.hacked=1</script></template>',
  '<!--><script>window.hacked=1</script>-->',
  '&lt;script&gt;window.hacked=1&lt;/script&gt;',
  '\u202Egnp.exe\u202C',
  '\u2066hidden\u2069',
  'a\u0000b',
  'two\nlines\r\nthree',
  '\u2028event: push\u2029',
  'data: {"event":"push"}\n\nevent: closed\ndata: {}\n\n',
]

/** Fifty: each text once as it is, and once behind text that is harmless. */
export const hostileTexts: readonly string[] = texts.flatMap((text) => [text, `fix ${text}`])
