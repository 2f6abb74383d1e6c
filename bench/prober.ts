/** Asks for /livez ten times a second as kubelets do, each time over a new connection. Argument: the server's URL. */
import { get } from "node:https"

const [url = ""] = process.argv.slice(2)
const latencies: Array<number> = []

const probe = () => {
  const began = performance.now()
  get(`${url}/livez`, { agent: false, rejectUnauthorized: false }, (response) => {
    response.resume()
    response.on("end", () => latencies.push(performance.now() - began))
  })
}

const probing = setInterval(probe, 100)

process.on("message", () => {
  clearInterval(probing)
  process.send?.(latencies)
})
process.on("disconnect", () => process.exit(0))
process.send?.("probing")
