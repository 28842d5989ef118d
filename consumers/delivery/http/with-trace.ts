import type { Outbound } from './outbound.ts'

/** Requests that continue the trace of a record: https://www.w3.org/TR/trace-context/#traceparent-header. */
export const withTrace = (outbound: Outbound, traceparent: string | undefined): Outbound =>
  traceparent === undefined
    ? outbound
    : {
        send: (request) => outbound.send({ ...request, headers: { ...request.headers, traceparent } }),
        close: outbound.close,
      }
