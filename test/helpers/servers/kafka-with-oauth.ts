import { type KafkaWithSettings, saslListener, startKafkaWithSettings } from './kafka-with-settings.ts'
import type { TokenServer } from './token-server.ts'

/**
 * Starts a broker whose clients log in by OAUTHBEARER. Kafka's own validator checks signature, issuer,
 * audience and expiry of each token with the keys of the token server.
 *
 * @param sessionMs how long a login is valid (connections.max.reauth.ms)
 * @param more further settings of the broker
 */
export const startKafkaWithOAuth = (
  tokens: TokenServer,
  sessionMs: number,
  more: Readonly<Record<string, unknown>> = {},
): Promise<KafkaWithSettings> => {
  const oauth = 'org.apache.kafka.common.security.oauthbearer'
  const listener = 'listener.name.sasl'
  const validator = `${oauth}.OAuthBearerValidatorCallbackHandler`
  return startKafkaWithSettings({
    java: [`-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=${tokens.jwksUrl}`],
    settingsOf: (ports) => ({
      ...saslListener(ports),
      [`${listener}.sasl.enabled.mechanisms`]: 'OAUTHBEARER',
      [`${listener}.connections.max.reauth.ms`]: sessionMs,
      [`${listener}.oauthbearer.sasl.jaas.config`]: `${oauth}.OAuthBearerLoginModule required;`,
      [`${listener}.oauthbearer.sasl.server.callback.handler.class`]: validator,
      [`${listener}.sasl.oauthbearer.jwks.endpoint.url`]: tokens.jwksUrl,
      [`${listener}.sasl.oauthbearer.expected.issuer`]: tokens.issuer,
      [`${listener}.sasl.oauthbearer.expected.audience`]: tokens.audience,
      ...more,
    }),
  })
}
