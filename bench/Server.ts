/** The metrics server as it is deployed, in a process of its own, and the simulated cluster that it is in. */
import { type ChildProcess, spawn } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { connect } from "node:http2"
import { createServer } from "node:net"
import { fileURLToPath } from "node:url"
import type { Identity } from "./Client.ts"
import * as Process from "./Process.ts"
import type { Up } from "./simulatedCluster.ts"

export const podsPerNode = 30

/** Between two scrapes of a node, as in the manifests: milliseconds. */
export const resolution = 15_000

export interface Server {
  readonly pid: number
  readonly url: string
  readonly nodes: number
  readonly cluster: Up
  /** From the start of the process until it was ready: milliseconds. */
  readonly readyAfter: number
  readonly stop: () => Promise<void>
}

/** As in the image (deploy/Dockerfile). */
export const nodeFlags = ["--max-semi-space-size=4"]
export const environment = { MALLOC_ARENA_MAX: "1" }

const root = new URL("../", import.meta.url)

/** Built by `npm run build`; without that, the sources. */
export const program = () => {
  const bundle = fileURLToPath(new URL("dist/metrics-server.mjs", root))
  return existsSync(bundle) ? bundle : fileURLToPath(new URL("src/main.ts", root))
}

export const start = async (nodes: number): Promise<Server> => {
  const { child: simulation, word: cluster } = await simulate(nodes)
  const began = performance.now()
  const { child, url } = await launch(cluster)
  await until("/readyz", child, url)
  return {
    pid: child.pid ?? 0,
    url,
    nodes,
    cluster,
    readyAfter: performance.now() - began,
    stop: async () => {
      await Process.stop(child)
      await Process.stop(simulation)
    }
  }
}

export const simulate = (nodes: number) =>
  Process.start<Up>("simulatedCluster.ts", [String(nodes), String(podsPerNode)])

/** Starts the server in that cluster and waits for nothing. */
export const launch = async (cluster: Up) => {
  const port = await freePort()
  const child = spawn(process.execPath, [...nodeFlags, program(), ...flags(cluster, port)], {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, ...environment }
  })
  return { child, url: `https://127.0.0.1:${port}` }
}

const flags = ({ directory }: Up, port: number) => [
  `--kubeconfig=${directory.metricsServerKubeconfig}`,
  `--secure-port=${port}`,
  "--bind-address=127.0.0.1",
  `--cert-dir=${directory.certDir}`,
  `--metric-resolution=${resolution / 1000}s`,
  `--kubelet-certificate-authority=${directory.kubeletCa}`,
  "--kubelet-preferred-address-types=InternalIP",
  "--kubelet-use-node-status-port"
]

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0))
    })
  })

export const until = async (path: "/livez" | "/readyz", child: ChildProcess, url: string) => {
  while ((await status(url, path)) !== 200) {
    if (child.exitCode !== null) throw new Error("the metrics server has ended")
    await Process.sleep(path === "/livez" ? 10 : 200)
  }
}

/** 0 where nobody answers. */
export const status = (url: string, path: string) =>
  new Promise<number>((resolve) => {
    const session = connect(url, { rejectUnauthorized: false })
    const end = (status: number) => {
      session.destroy()
      resolve(status)
    }
    session.on("error", () => end(0))
    session.request({ ":path": path }).on("response", (headers) => end(headers[":status"] ?? 0)).on(
      "error",
      () => end(0)
    )
  })

/** How the aggregation layer asks: with its certificate, in the name of a user who may read everything. */
export const asAggregator = ({ directory }: Up): Identity => ({
  tls: {
    cert: readFileSync(`${directory.path}/clients/front-proxy-client.crt`),
    key: readFileSync(`${directory.path}/clients/front-proxy-client.key`),
    rejectUnauthorized: false
  },
  headers: {
    "x-remote-user": "system:serviceaccount:default:reader"
  }
})
