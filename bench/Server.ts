/** The metrics server as it is deployed, in a process of its own. */
import { type ChildProcess, spawn } from "node:child_process"
import { connect } from "node:http2"
import { createServer } from "node:net"
import type { Cluster } from "./Cluster.ts"
import * as Process from "./Process.ts"
import { bundle, environment, nodeFlags } from "./Program.ts"

export interface Options {
  /** Between two scrapes of a node: milliseconds. */
  readonly resolution: number
  /** Connections to kubelets that are kept between two scrapes; where nothing is said, as many as the server keeps by default. */
  readonly maxIdleConnections?: number
  /** Of Node.js, besides those of the image. */
  readonly nodeFlags?: ReadonlyArray<string>
  /** Another program than that of this checkout. */
  readonly program?: string
}

/** As in the manifests. */
export const defaults: Options = { resolution: 15_000 }

export interface Server extends Options {
  readonly pid: number
  readonly url: string
  readonly cluster: Cluster
  /** From the start of the process until it was ready: milliseconds. */
  readonly readyAfter: number
  readonly stop: () => Promise<void>
}

export const start = async (cluster: Cluster, options = defaults): Promise<Server> => {
  const began = performance.now()
  const { child, url } = await launch(cluster, options)
  await until("/readyz", child, url)
  return {
    ...options,
    pid: child.pid ?? 0,
    url,
    cluster,
    readyAfter: performance.now() - began,
    stop: () => Process.stop(child)
  }
}

/** Waits for nothing. */
export const launch = async (cluster: Cluster, options = defaults) => {
  const port = await freePort()
  const flags = [...nodeFlags, ...options.nodeFlags ?? []]
  const child = spawn(process.execPath, [...flags, options.program ?? bundle(), ...ownFlags(cluster, options, port)], {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, ...environment }
  })
  // It ends with us, also when a measurement fails.
  const end = () => child.kill()
  process.once("exit", end)
  child.once("exit", () => process.off("exit", end))
  return { child, url: `https://127.0.0.1:${port}` }
}

const ownFlags = ({ directory }: Cluster, { maxIdleConnections, resolution }: Options, port: number) => [
  `--kubeconfig=${directory.metricsServerKubeconfig}`,
  `--secure-port=${port}`,
  "--bind-address=127.0.0.1",
  `--cert-dir=${directory.certDir}`,
  `--metric-resolution=${resolution / 1000}s`,
  ...maxIdleConnections === undefined ? [] : [`--kubelet-max-idle-connections=${maxIdleConnections}`],
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
const status = (url: string, path: string) =>
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
