/** In place of ws, which Effect would use for WebSockets: the server has none. */
export const WebSocket = undefined
export const WebSocketServer = undefined
