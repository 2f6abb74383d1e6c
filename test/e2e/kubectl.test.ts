/** A real kubectl, through the aggregation layer, against `npm start`: the numbers printed are those simulated. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, layer } from "@effect/vitest"
import { Effect, FileSystem, Layer } from "effect"
import * as Cluster from "../../src/simulate/Cluster.ts"
import { eventually } from "../fixtures/Eventually.ts"
import { kubectl, kubectls, table } from "../fixtures/Kubectl.ts"
import { NpmStart } from "../fixtures/NpmStart.ts"

const cluster = Cluster.generate({ nodes: 3, podsPerNode: 10, containersPerPod: 2 })

interface Usage {
  readonly cpuNanocores: number
  readonly memoryBytes: number
}

/** As kubectl prints it: started millicores, whole mebibytes. */
const printed = ({ cpuNanocores, memoryBytes }: Usage) => ({
  "CPU(cores)": `${Math.ceil(cpuNanocores / 1e6)}m`,
  "MEMORY(bytes)": `${Math.floor(memoryBytes / 1024 / 1024)}Mi`
})

const sum = (usages: ReadonlyArray<Usage>): Usage => ({
  cpuNanocores: usages.reduce((total, { cpuNanocores }) => total + cpuNanocores, 0),
  memoryBytes: usages.reduce((total, { memoryBytes }) => total + memoryBytes, 0)
})

const usageOf = ({ containers }: Cluster.Pod) => sum(containers.map(({ usage }) => usage))

const podRow = (pod: Cluster.Pod) => ({ NAMESPACE: pod.namespace, NAME: pod.name, ...printed(usageOf(pod)) })

const first = cluster.pods[0]!
const label = Object.entries(first.labels)[0]!
const selected = cluster.pods.filter(({ labels }) => labels[label[0]] === label[1])

const server = NpmStart.layer("--containers-per-pod=2").pipe(Layer.provideMerge(NodeServices.layer))

layer(server, { excludeTestServices: true, timeout: "120 seconds" })("npm start", (it) => {
  it.effect("prints what it started, the usage of the nodes, and what to try", () =>
    Effect.map(NpmStart, ({ directory, output }) => {
      for (const { name, usage } of cluster.nodes) {
        const row = printed(usage)
        assert.match(output(), new RegExp(`${name} +${row["CPU(cores)"]} +${row["MEMORY(bytes)"]} `))
      }
      assert.include(output(), `export KUBECONFIG=${directory}/kubeconfig`)
    }))

  it.effect("writes what clients of every kind need", () =>
    Effect.gen(function*() {
      const { directory } = yield* NpmStart
      const fs = yield* FileSystem.FileSystem
      assert.includeMembers(yield* fs.readDirectory(directory), [
        "kubeconfig",
        "endpoint",
        "ca.crt",
        "tokens",
        "clients"
      ])
      assert.sameMembers(yield* fs.readDirectory(`${directory}/tokens`), [
        "reader",
        "forbidden",
        "nobody",
        "admintoken"
      ])
      assert.sameMembers(
        yield* fs.readDirectory(`${directory}/clients`),
        ["front-proxy-client", "admin", "badcert"].flatMap((name) => [`${name}.crt`, `${name}.key`])
      )
    }))

  describe.each(kubectls)("and $name", ({ path }) => {
    const run = (...args: ReadonlyArray<string>) =>
      Effect.flatMap(NpmStart, ({ kubeconfig }) => Effect.promise(() => kubectl(path, kubeconfig, ...args)))
    const top = (...args: ReadonlyArray<string>) => Effect.map(run("top", ...args), table)

    it.effect("switches faults of the simulation", () =>
      Effect.gen(function*() {
        const { directory } = yield* NpmStart
        const fs = yield* FileSystem.FileSystem
        const fault = `{"_tag":"SlowHeaders","delay":"1 millis"}`
        yield* fs.writeFileString(`${directory}/fault`, fault)
        const kubelet = "/simulation/faults/kubelets/worker-0002"
        assert.strictEqual(yield* run("replace", "--raw", kubelet, "-f", `${directory}/fault`), fault)
        assert.strictEqual(yield* run("delete", "--raw", kubelet), "{}")
      }))

    it.effect("top nodes prints every node's usage", () =>
      Effect.map(top("nodes"), (rows) =>
        assert.deepStrictEqual(
          rows.map(({ "CPU(cores)": cpu, "MEMORY(bytes)": memory, NAME }) => ({
            NAME,
            "CPU(cores)": cpu,
            "MEMORY(bytes)": memory
          })),
          cluster.nodes.map(({ name, usage }) => ({ NAME: name, ...printed(usage) }))
        )))

    it.effect("top pods prints every pod's usage", () =>
      NpmStart.pipe(
        Effect.flatMap((npmStart) =>
          eventually(
            "all pods to be served",
            Effect.provideService(top("pods", "-A"), NpmStart, npmStart),
            (rows) => rows.length === cluster.pods.length
          )
        ),
        Effect.map((rows) => assert.sameDeepMembers([...rows], cluster.pods.map(podRow)))
      ))

    it.effect("top pods --containers prints every container's usage", () =>
      Effect.map(top("pods", "-A", "--containers"), (rows) =>
        assert.sameDeepMembers(
          [...rows],
          cluster.pods.flatMap(({ containers, name, namespace }) =>
            containers.map((container) => ({
              NAMESPACE: namespace,
              POD: name,
              NAME: container.name,
              ...printed(container.usage)
            }))
          )
        )))

    it.effect("top pod NAME prints the one", () =>
      Effect.map(
        top("pod", first.name, "-n", first.namespace),
        (rows) => assert.deepStrictEqual([...rows], [{ NAME: first.name, ...printed(usageOf(first)) }])
      ))

    it.effect("top pods -l prints those selected", () =>
      Effect.map(
        top("pods", "-A", "-l", label.join("=")),
        (rows) => assert.sameDeepMembers([...rows], selected.map(podRow))
      ))

    it.effect.each(["cpu", "memory"] as const)(
      "top pods --sort-by=%s puts the greatest first",
      (by) =>
        Effect.map(top("pods", "-A", `--sort-by=${by}`), (rows) => {
          const amount = ({ cpuNanocores, memoryBytes }: Usage) => by === "cpu" ? cpuNanocores : memoryBytes
          assert.deepStrictEqual(
            rows.map(({ NAME }) => NAME),
            cluster.pods.toSorted((a, b) => amount(usageOf(b)) - amount(usageOf(a))).map(({ name }) => name)
          )
        })
    )

    it.effect("top pods --sum adds up", () =>
      Effect.map(run("top", "pods", "-A", "--sum"), (text) => {
        const total = printed(sum(cluster.pods.map(usageOf)))
        assert.match(text, new RegExp(`\\s${total["CPU(cores)"]}\\s+${total["MEMORY(bytes)"]}\\s*$`))
      }))

    it.effect("reads the same as JSON and as protobuf", () =>
      Effect.gen(function*() {
        assert.deepStrictEqual(
          yield* top("pods", "-A", "--use-protocol-buffers=false"),
          yield* top("pods", "-A", "--use-protocol-buffers=true")
        )
        assert.deepStrictEqual(
          yield* top("nodes", "--use-protocol-buffers=false"),
          yield* top("nodes", "--use-protocol-buffers=true")
        )
      }))

    it.effect.each(["v1", "v1beta1"])(
      "get --raw reads version %s",
      (version) =>
        Effect.map(run("get", "--raw", `/apis/metrics.k8s.io/${version}/nodes`), (text) => {
          const list = JSON.parse(text)
          assert.strictEqual(list.apiVersion, `metrics.k8s.io/${version}`)
          assert.strictEqual(list.kind, "NodeMetricsList")
          assert.lengthOf(list.items, cluster.nodes.length)
        })
    )

    it.effect("get nodes.metrics.k8s.io -o yaml prints whole objects", () =>
      Effect.map(run("get", "nodes.metrics.k8s.io", "-o", "yaml"), (text) => {
        assert.match(text, /kind: NodeMetrics/)
        for (const { name } of cluster.nodes) assert.include(text, `name: ${name}`)
        assert.lengthOf(text.match(/^ +window: /gm) ?? [], cluster.nodes.length)
      }))

    it.effect("get podmetrics -A lists every pod", () =>
      Effect.map(
        run("get", "podmetrics", "-A"),
        (text) => assert.sameMembers(table(text).map(({ NAME }) => NAME), cluster.pods.map(({ name }) => name))
      ))

    it.effect("get podmetrics and nodemetrics print the server's own tables", () =>
      Effect.gen(function*() {
        for (const [resource, namespaced] of [["podmetrics", ["-A"]], ["nodemetrics", []]] as const) {
          const [row = {}] = table(yield* run("get", resource, ...namespaced))
          const columns = [...namespaced.length > 0 ? ["NAMESPACE"] : [], "NAME", "CPU", "MEMORY", "WINDOW"]
          assert.deepStrictEqual(Object.keys(row), columns)
          assert.match(row["CPU"] ?? "", /^\d+[num]?$/)
          assert.match(row["WINDOW"] ?? "", /^[\d.]+s$/)
        }
      }))

    it.effect("api-resources lists nodes and pods of metrics.k8s.io", () =>
      Effect.map(
        run("api-resources", "--api-group=metrics.k8s.io", "-o", "name"),
        (text) => assert.deepStrictEqual(text.trim().split("\n"), ["nodes.metrics.k8s.io", "pods.metrics.k8s.io"])
      ))

    it.effect.each(["--output=plaintext", "--output=plaintext-openapiv2"])(
      "explain %s describes every field",
      (output) =>
        Effect.gen(function*() {
          const explain = (...args: ReadonlyArray<string>) => run("explain", output, ...args)
          assert.match(yield* explain("podmetrics.containers.usage"), /DESCRIPTION:\s+What the container uses: cpu/)
          const node = yield* explain("--api-version=metrics.k8s.io/v1", "nodemetrics")
          assert.match(node, /VERSION: .*v1$/m)
          for (const field of ["apiVersion", "kind", "metadata", "timestamp", "usage", "window"]) {
            assert.match(node, new RegExp(`^ +${field}\t<\\S+>.*\n +[A-Z]`, "m"))
          }
          assert.notInclude(node, "<no description>")
          assert.match(yield* explain("--api-version=metrics.k8s.io/v1beta1", "podmetrics"), /VERSION: .*v1beta1$/m)
        })
    )

    it.effect("names the pod that does not exist", () =>
      Effect.flatMap(
        NpmStart,
        ({ kubeconfig }) =>
          Effect.flip(Effect.tryPromise(() => kubectl(path, kubeconfig, "top", "pod", "nobody", "-n", first.namespace)))
      ).pipe(Effect.map(({ cause }) => assert.match(String(cause), /pods "nobody" not found/))))
  })
})

/** A cluster as data, with the longest names and with swap. */
const swapping: Cluster.Cluster = {
  nodes: [{
    name: `${"n".repeat(63)}.${"o".repeat(63)}.${"d".repeat(63)}.${"e".repeat(61)}`,
    labels: {},
    usage: { cpuNanocores: 500_000_000, memoryBytes: 1024 ** 3, swapBytes: 100 * 1024 ** 2 }
  }],
  pods: []
}
const [swappingNode] = swapping.nodes
const swappingPod = {
  namespace: "default",
  name: `${"p".repeat(63)}.${"o".repeat(63)}.${"d".repeat(63)}.${"s".repeat(61)}`,
  labels: {},
  nodeName: swappingNode!.name,
  containers: [{ name: "main", usage: { cpuNanocores: 1_000_000, memoryBytes: 2 ** 20, swapBytes: 50 * 1024 ** 2 } }]
}

const fromFile = Layer.unwrap(Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const file = yield* fs.makeTempFileScoped()
  yield* fs.writeFileString(file, JSON.stringify({ ...swapping, pods: [swappingPod] }))
  return NpmStart.layer("--cluster", file)
})).pipe(Layer.provideMerge(NodeServices.layer))

layer(fromFile, { excludeTestServices: true, timeout: "120 seconds" })("npm start -- --cluster FILE", (it) => {
  it.effect("and top --show-swap print the swap of nodes and pods, whatever the length of their names", () =>
    Effect.gen(function*() {
      const { kubeconfig } = yield* NpmStart
      const { path } = kubectls[0]!
      const top = (...args: ReadonlyArray<string>) =>
        Effect.map(Effect.promise(() => kubectl(path, kubeconfig, "top", ...args, "--show-swap")), table)
      const [node] = yield* top("nodes")
      assert.strictEqual(node?.["NAME"], swappingNode?.name)
      assert.strictEqual(node?.["SWAP(bytes)"], "100Mi")
      const [pod] = yield* eventually(
        "a pod to be served",
        Effect.tryPromise(() => kubectl(path, kubeconfig, "top", "pods", "--show-swap")).pipe(
          Effect.map(table),
          Effect.orElseSucceed(() => [])
        ),
        (rows) => rows.length > 0
      )
      assert.strictEqual(pod?.["NAME"], swappingPod.name)
      assert.strictEqual(pod?.["SWAP(bytes)"], "50Mi")
    }))
})

layer(NodeServices.layer, { excludeTestServices: true })("npm start, at its end", (it) => {
  it.effect("exits with 0 and leaves nothing behind", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const { directory, interrupt } = yield* NpmStart
      assert.isTrue(yield* fs.exists(directory))
      assert.strictEqual(yield* interrupt, 0)
      assert.isFalse(yield* fs.exists(directory))
    }).pipe(Effect.provide(NpmStart.layer("--nodes=1", "--pods-per-node=1"))))
})
