import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

// A process that does nothing but answer. What it takes to answer is what the machine takes.

const server = createServer((_, response) => response.end()).listen(0, '127.0.0.1')
await once(server, 'listening')
const { port } = server.address() as AddressInfo
console.log(JSON.stringify({ metrics: `http://127.0.0.1:${port}/` }))
process.once('SIGTERM', () => process.exit())
