/** The schema of a worker: `chat-notifier` → `chat_notifier`. */
export const schemaOf = (worker: string): string => worker.replaceAll('-', '_')
