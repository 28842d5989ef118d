// The upper limit for every receiver on Node: the HTTP server reads the body, answers and keeps nothing.
import { createServer } from 'node:http'

const text = JSON.stringify({ outcome: 'published' })

createServer((request, response) => {
  request
    .on('data', () => {})
    .on('end', () => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length }).end(text)
    })
}).listen(Number(process.env.PORT), '127.0.0.1')
