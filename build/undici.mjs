/** undici as far as the server uses it: connections and requests. The package's own entry brings fetch, caches and mocks along. */
import request from "undici/lib/api/api-request.js"
import Agent from "undici/lib/dispatcher/agent.js"
import Dispatcher from "undici/lib/dispatcher/dispatcher.js"
import ProxyAgent from "undici/lib/dispatcher/proxy-agent.js"

Object.assign(Dispatcher.prototype, { request })

/** Named by parts of client-node that nobody calls. */
const { fetch } = globalThis

export { Agent, Dispatcher, fetch, ProxyAgent }
export default { Agent, Dispatcher, ProxyAgent }
