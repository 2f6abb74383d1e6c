/** A cluster as data: nodes and pods with their labels and their known, constant usage. */
import { Effect, FileSystem, Schema } from "effect"

/** The cluster file cannot be used. */
export class ClusterFileError extends Schema.TaggedError<ClusterFileError>()("ClusterFileError", {
  file: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `cannot use the cluster file ${this.file}: ${this.detail}`
  }
}

/** What Kubernetes allows as the name of a node or a pod: a DNS subdomain. */
const Name = Schema.String.check(
  Schema.isPattern(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/, {
    message: "a lowercase DNS name"
  }),
  Schema.isMaxLength(253)
)

const Amount = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

const Usage = Schema.Struct({
  cpuNanocores: Amount,
  memoryBytes: Amount,
  swapBytes: Schema.optionalKey(Amount)
})

const Labels = Schema.Record(Schema.String, Schema.String)

export const Node = Schema.Struct({ name: Name, labels: Labels, usage: Usage })
export type Node = typeof Node.Type

export const Pod = Schema.Struct({
  namespace: Name,
  name: Name,
  labels: Labels,
  nodeName: Name,
  containers: Schema.Array(Schema.Struct({ name: Name, usage: Usage }))
})
export type Pod = typeof Pod.Type

export type Usage = typeof Usage.Type

/** Every pod is on a node that exists, and no two things share a name. */
const consistent = Schema.makeFilter(
  (cluster: { readonly nodes: ReadonlyArray<Node>; readonly pods: ReadonlyArray<Pod> }) => {
    const nodes = new Set<string>()
    const pods = new Set<string>()
    const issues: Array<{ readonly path: ReadonlyArray<PropertyKey>; readonly issue: string }> = []
    cluster.nodes.forEach(({ name }, i) => {
      if (nodes.has(name)) issues.push({ path: ["nodes", i, "name"], issue: `a second node ${name}` })
      nodes.add(name)
    })
    cluster.pods.forEach((pod, i) => {
      const key = `${pod.namespace}/${pod.name}`
      if (pods.has(key)) issues.push({ path: ["pods", i, "name"], issue: `a second pod ${key}` })
      if (!nodes.has(pod.nodeName)) issues.push({ path: ["pods", i, "nodeName"], issue: `no node ${pod.nodeName}` })
      pods.add(key)
    })
    return issues
  }
)

export const Cluster = Schema.Struct({ nodes: Schema.Array(Node), pods: Schema.Array(Pod) }).check(consistent)
export type Cluster = typeof Cluster.Type

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(Cluster), { errors: "all" })

/** The cluster a JSON file describes. */
export const load = (file: string): Effect.Effect<Cluster, ClusterFileError, FileSystem.FileSystem> =>
  FileSystem.FileSystem.pipe(
    Effect.flatMap((fs) => fs.readFileString(file)),
    Effect.flatMap(decode),
    Effect.mapError((error) => new ClusterFileError({ file, detail: error.message }))
  )

export interface Size {
  readonly nodes: number
  readonly podsPerNode: number
  readonly containersPerPod: number
}

/** A cluster of that size. The same size gives the same cluster; no two containers use the same amount of CPU. */
export const generate = (size: Size): Cluster => {
  const nodes: Array<Node> = []
  const pods: Array<Pod> = []
  const containers = size.nodes * size.podsPerNode * size.containersPerPod
  for (let n = 0; n < size.nodes; n++) {
    const own = Array.from(
      { length: size.podsPerNode },
      (_, p) => pod(n * size.podsPerNode + p, nodeName(n), size, containers)
    )
    const used = own.flatMap((pod) => pod.containers)
    nodes.push({
      name: nodeName(n),
      labels: nodeLabels(n),
      usage: {
        // what the kubelet, the container runtime and the system use on top of the pods
        cpuNanocores: sum(used.map(({ usage }) => usage.cpuNanocores)) + 80_000_000 + (n % 50) * 1_000_000,
        memoryBytes: sum(used.map(({ usage }) => usage.memoryBytes)) + 640 * MiB + (n % 128) * MiB
      }
    })
    for (const pod of own) pods.push(pod)
  }
  return { nodes, pods }
}

const MiB = 1024 * 1024

const sum = (values: ReadonlyArray<number>) => values.reduce((total, value) => total + value, 0)

const nodeName = (n: number) => `worker-${String(n + 1).padStart(4, "0")}`

const nodeLabels = (n: number) => ({
  "beta.kubernetes.io/arch": "amd64",
  "beta.kubernetes.io/os": "linux",
  "kubernetes.io/arch": "amd64",
  "kubernetes.io/hostname": nodeName(n),
  "kubernetes.io/os": "linux",
  "node.kubernetes.io/instance-type": n % 4 === 3 ? "m7i.4xlarge" : "m7i.2xlarge",
  "topology.kubernetes.io/region": "eu-central-1",
  "topology.kubernetes.io/zone": `eu-central-1${"abc"[n % 3]}`
})

const apps = [
  ["shop", "checkout"],
  ["shop", "catalog"],
  ["shop", "storefront"],
  ["payments", "ledger"],
  ["payments", "card-gateway"],
  ["search", "indexer"],
  ["search", "query"],
  ["media", "thumbnailer"],
  ["platform", "mail-relay"],
  ["platform", "audit-log"]
] as const

const sidecars = ["proxy", "log-shipper", "config-reloader"]

const pod = (i: number, nodeName: string, size: Size, containers: number): Pod => {
  const [namespace, app] = apps[i % apps.length]!
  const hash = `${suffix(7 * (i % apps.length), 4)}${suffix(11_003 * (i % apps.length + 1), 5)}`
  return {
    namespace,
    name: `${app}-${hash}-${suffix(i, 5)}`,
    labels: {
      "app.kubernetes.io/name": app,
      "app.kubernetes.io/part-of": namespace,
      "pod-template-hash": hash
    },
    nodeName,
    containers: Array.from({ length: size.containersPerPod }, (_, c) => ({
      name: containerName(app, c),
      usage: {
        cpuNanocores: distinctCpu(i * size.containersPerPod + c, containers),
        memoryBytes: (24 + (i * 31 + c * 7) % 201) * MiB + (i % 256) * 4096
      }
    }))
  }
}

const containerName = (app: string, c: number) =>
  c === 0 ? app : c <= sidecars.length ? sidecars[c - 1]! : `worker-${c - sidecars.length}`

/**
 * Distinct multiples of 1000 nanocores, so that kubectl's column tells which container it shows: whole millicores that
 * go round with a stride of 37, and a thousandth of one more for every round. A round is long enough for the thousandths
 * to stay below the next millicore, and never a multiple of 37.
 */
const distinctCpu = (i: number, containers: number) => {
  const round = 97 + 37 * Math.max(0, Math.ceil((containers / 1000 - 97) / 37))
  return (1 + (i * 37) % round) * 1_000_000 + Math.floor(i / round) * 1000
}

/** The consonants and digits that Kubernetes makes generated names of, so that none spells a word. */
const letters = "bcdfghjklmnpqrstvwxz2456789"

/** A suffix of that length, another one for every number below 27^length: the multiplier shares no factor with 27. */
const suffix = (i: number, length: number) => {
  let rest = ((i + 1) * 5_381_317) % letters.length ** length
  let text = ""
  for (let k = 0; k < length; k++) {
    text += letters[rest % letters.length]
    rest = Math.floor(rest / letters.length)
  }
  return text
}
