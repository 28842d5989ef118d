import { answerWithinMs, ingressVariables } from '../../../ingress/config.ts'

/** The longest time to an answer that docs/gitlab.md promises for the default settings, in milliseconds. */
export const promisedAnswerMs = answerWithinMs(
  ingressVariables
    .pick({ INGRESS_BODY_TIMEOUT_SECONDS: true, INGRESS_PUBLISH_DEADLINE_SECONDS: true })
    .parse({}),
)
