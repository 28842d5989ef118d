// The ceiling of ceilings: Node's HTTP server reads the body and answers; nothing is kept.
import { createServer } from 'node:http'

const text = JSON.stringify({ outcome: 'published' })

createServer((request, response) => {
  request
    .on('data', () => {})
    .on('end', () => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length }).end(text)
    })
}).listen(Number(process.env.PORT), '127.0.0.1')
