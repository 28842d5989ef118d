import type { Outbound } from '../../delivery/http/outbound.ts'
import { AnswerTooLargeError, maxAnswerBytes, type Transport } from '../../gitlab-api/transport.ts'

/** Sends requests to GitLab's API by the rules of a destination: its addresses, proxy and certificates. */
export const outboundTransport = (outbound: Outbound): Transport => ({
  send: async (request) => {
    const answer = await outbound.send({ ...request, maxAnswerBytes: maxAnswerBytes + 1 })
    if (Buffer.byteLength(answer.text) > maxAnswerBytes)
      throw new AnswerTooLargeError(`the answer has more than ${maxAnswerBytes} bytes`)
    return answer
  },
  close: () => outbound.close(),
})
