import { type KafkaWithSettings, saslListener, startKafkaWithSettings } from './kafka-with-settings.ts'

/**
 * Starts a broker that checks access control lists.
 *
 * @param users the users that may log in at `saslBrokers` by SASL (plain); the password is the name. Clients
 *   at `brokers` are then super users, and an action of a user that no list mentions is denied. Without
 *   users, it is allowed for everyone
 */
export const startKafkaWithAcls = (users: readonly string[] = []): Promise<KafkaWithSettings> => {
  const authorizer = { 'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer' }
  const open = { ...authorizer, 'allow.everyone.if.no.acl.found': true }
  const plain = 'org.apache.kafka.common.security.plain.PlainLoginModule required'
  const logins = users.map((user) => `user_${user}="${user}"`).join(' ')
  return startKafkaWithSettings({
    settingsOf: (ports) =>
      users.length === 0
        ? open
        : {
            ...authorizer,
            ...saslListener(ports),
            'super.users': 'User:ANONYMOUS',
            'listener.name.sasl.sasl.enabled.mechanisms': 'PLAIN',
            'listener.name.sasl.plain.sasl.jaas.config': `${plain} ${logins};`,
          },
  })
}
