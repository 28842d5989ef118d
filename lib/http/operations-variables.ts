import { z } from 'zod'
import { port } from '../config.ts'

/**
 * The variables of the operations server of one process.
 *
 * @param metricsPort the default of METRICS_PORT
 */
export const operationsVariables = (metricsPort: number) =>
  z.object({
    METRICS_HOST: z
      .string()
      .default('0.0.0.0')
      .describe('Address on which /metrics, /livez and /readyz listen.'),
    METRICS_PORT: port()
      .default(metricsPort)
      .describe('Port of /metrics, /livez and /readyz. 0 chooses any free port.'),
  })
