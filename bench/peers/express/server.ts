// What most people write: Express with its body parser, a token check, one `send` for each request.
import { timingSafeEqual } from 'node:crypto'
import express from 'express'
import { Kafka, logLevel, Partitioners } from 'kafkajs'

const { PORT, KAFKA_BROKERS = '', TOPIC = '', TOKEN = '' } = process.env

const kafka = new Kafka({
  clientId: 'express-receiver',
  brokers: KAFKA_BROKERS.split(','),
  logLevel: logLevel.ERROR,
})
const producer = kafka.producer({
  allowAutoTopicCreation: false,
  createPartitioner: Partitioners.DefaultPartitioner,
})
await producer.connect()

const isRight = (token: string) =>
  token.length === TOKEN.length && timingSafeEqual(Buffer.from(token), Buffer.from(TOKEN))

const app = express()
app.use(express.json({ limit: '25mb' }))

app.post('/hooks', async (request, response) => {
  if (!isRight(request.get('X-Gitlab-Token') ?? '')) return response.sendStatus(401)
  const event = request.body
  await producer.send({
    topic: TOPIC,
    acks: -1,
    messages: [{ key: String(event.project_id), value: JSON.stringify(event) }],
  })
  return response.json({ status: 'ok' })
})

app.listen(Number(PORT), '127.0.0.1')
