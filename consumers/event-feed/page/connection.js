/** The address of a script as browsers with trusted types want it. */
const workerAddress = () => {
  const address = '/page/stream-worker.js'
  const policy = globalThis.trustedTypes?.createPolicy('feed', { createScriptURL: (url) => url })
  return policy?.createScriptURL(address) ?? address
}

/**
 * Connects this tab to the stream, which all tabs share where the browser can do that.
 *
 * @param {(message: object) => void} onMessage
 * @returns a function that sends `start` or `stop`
 */
export const connectToStream = (onMessage) => {
  const port =
    'SharedWorker' in globalThis
      ? new SharedWorker(workerAddress(), { name: 'event-feed' }).port
      : new Worker(workerAddress())
  port.onmessage = ({ data }) => onMessage(data)
  addEventListener('pagehide', () => port.postMessage('leave'))
  // A page that comes back from the cache of the browser has left the stream.
  addEventListener('pageshow', ({ persisted }) => persisted && location.reload())
  return (command) => port.postMessage(command)
}
